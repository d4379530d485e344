internal import ByteStorage
internal import ModelGraph

/// Where a layer's bias stands, or could stand.
enum BiasPlace: Sendable, Hashable {
  /// A constant that the node reads as this input.
  case input(Int, TensorID)
  /// The node can read one as this input, and has none.
  case absent(Int)
  /// A constant that is added behind the node, as its input of that index.
  case added(node: Int, input: Int, TensorID)
  /// There is no place for one.
  case none
}

extension BiasPlace {
  /// Finds the place of a node's bias for so many outputs.
  init(_ node: Int, in model: Model, index: GraphIndex, outputs: Int, operand: Int?) {
    let graph = model[.main]
    let own = graph.nodes[node]
    guard let operand else {
      self = Self.added(behind: node, model, index, outputs) ?? .none
      return
    }
    let name = own.inputs.indices.contains(operand) ? own.inputs[operand] : ""
    guard !name.isEmpty else {
      self = .absent(operand)
      return
    }
    if case .initializer(let tensor)? = index.definition(of: name, in: .main),
      model[tensor].shape.elementCount == outputs
    {
      self = .input(operand, tensor)
    } else {
      self = .none
    }
  }

  /// A constant with an element for each entry of the last axis, which alone is added to an output.
  private static func added(
    behind node: Int, _ model: Model, _ index: GraphIndex, _ outputs: Int
  ) -> BiasPlace? {
    let graph = model[.main]
    guard let output = graph.nodes[node].outputs.first,
      !graph.outputs.contains(where: { $0.name == output }),
      let reader = index.readers(of: output, in: .main).only, reader.graph == .main,
      model[reader].operatorType == "Add", model[reader].isStandard
    else { return nil }
    for (place, name) in model[reader].inputs.enumerated() where name != output {
      guard case .initializer(let tensor)? = index.definition(of: name, in: .main),
        model[tensor].shape.elementCount == outputs, model[tensor].shape.dimensions.last == outputs
      else { continue }
      return .added(node: reader.index, input: place, tensor)
    }
    return nil
  }

  /// The constant that is there.
  var tensor: TensorID? {
    switch self {
    case .input(_, let tensor), .added(_, _, let tensor): tensor
    case .absent, .none: nil
    }
  }
}

extension Collection {
  /// The element of a collection of one.
  var only: Element? { count == 1 ? first : nil }
}
