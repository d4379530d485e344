internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// Where a node that sums over channels can take a constant instead: a vector with a number for each
/// of its outputs.
struct BiasSink {
  /// The input that is the vector, or would be.
  let place: InputPlace
  /// The vector there is.
  let bias: TensorID?
  /// The use of the weight that channels are multiplied with.
  let weight: Int
  /// The axis of the weight that is summed over, and the one that stays; others are summed over too.
  let summedAxis: Int
  let outputAxis: Int
}

/// The sinks of a model's main graph, by the node that sums.
///
/// Convolutions are among them that never reach over the edge of the data, where a channel is not
/// constant; matrix products with a weight, with a bias of their own or one added to all they give.
struct BiasSinks {
  private var sinks: [NodeID: BiasSink] = [:]
  private let layouts: ParameterLayouts
  private let uses: [InputPlace: Int]
  /// The only node that reads a value.
  private var onlyReaders: [ByteString: NodeID?] = [:]

  subscript(node: NodeID) -> BiasSink? { sinks[node] }

  init(_ layouts: ParameterLayouts) {
    self.layouts = layouts
    uses = layouts.usesOfInputs
    let main = layouts.model[.main]
    for (index, node) in main.nodes.enumerated() {
      let id = NodeID(graph: .main, index: index)
      for name in node.inputs { onlyReaders[name] = onlyReaders[name] == nil ? id : .some(nil) }
      for name in layouts.model.namesRead(inBodiesOf: node) { onlyReaders[name] = .some(nil) }
    }
    for output in main.outputs { onlyReaders[output.name] = .some(nil) }
    for (index, node) in main.nodes.enumerated() where node.isStandard {
      let id = NodeID(graph: .main, index: index)
      sinks[id] = sink(of: node, id)
    }
  }

  private func sink(of node: Node, _ id: NodeID) -> BiasSink? {
    guard let weight = uses[InputPlace(node: id, input: 1)] else { return nil }
    let rank = layouts.uses[weight].axes.count
    switch node.operatorType {
    case "Conv":
      guard node.integer("group", default: 1) == 1, node.hasNoPadding, rank > 2 else { return nil }
      return sink(InputPlace(node: id, input: 2), weight, summed: 1, output: 0)
    case "Gemm":
      let isPlain = node.float("alpha", default: 1) == 1 && node.float("beta", default: 1) == 1
      guard isPlain, node.integer("transA") == 0, rank == 2 else { return nil }
      let column = node.integer("transB") == 0 ? 1 : 0
      return sink(InputPlace(node: id, input: 2), weight, summed: 1 - column, output: column)
    case "MatMul":
      guard rank == 2, let output = node.outputs.first, let reader = onlyReaders[output],
        let reader, layouts.model[reader].isStandard, layouts.model[reader].operatorType == "Add"
      else { return nil }
      let added = layouts.model[reader].inputs.firstIndex { $0 != output }
      guard let added, uses[InputPlace(node: reader, input: added)] != nil else { return nil }
      return sink(InputPlace(node: reader, input: added), weight, summed: 0, output: 1)
    default: return nil
    }
  }

  /// The sink at an input that is left out, or a vector of the weight's element type.
  private func sink(
    _ place: InputPlace, _ weight: Int, summed: Int, output: Int
  ) -> BiasSink? {
    let tensor = layouts.model[layouts.uses[weight].tensor]
    guard [.float32, .float16].contains(tensor.elementType) else { return nil }
    let inputs = layouts.model[place.node].inputs
    var bias: TensorID?
    if inputs.indices.contains(place.input), !inputs[place.input].isEmpty {
      guard let use = uses[place] else { return nil }
      let vector = layouts.model[layouts.uses[use].tensor]
      let count = tensor.shape.dimensions[output]
      guard vector.elementType == tensor.elementType, vector.shape.elementCount == count,
        vector.shape.dimensions.last == count
      else { return nil }
      bias = layouts.uses[use].tensor
    }
    return BiasSink(
      place: place, bias: bias, weight: weight, summedAxis: summed, outputAxis: output)
  }
}
