internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph

extension Model {
  /// Puts new weights and a new bias into a layer.
  ///
  /// Throws what reading the old bias throws.
  mutating func replace(_ layer: LinearLayer, with fits: [GroupFit]) throws {
    let weights = layer.contents(fits.map(\.weights), like: self[layer.tensor])
    replaceContents(
      of: layer.tensor, with: MemorySource(weights), pattern: self[layer.tensor].pattern)
    let bias = fits.compactMap(\.bias).flatMap(\.self)
    guard bias.count == layer.rows * layer.groups else { return }
    switch layer.bias {
    case .none: break
    case .absent(let input):
      add(bias, like: layer.tensor, asInput: input, ofNode: layer.node)
    case .input(let input, let tensor):
      add(bias, like: tensor, asInput: input, ofNode: layer.node)
    case .added(let node, let input, let tensor):
      let sum = zip(try self[tensor].doubles(), bias).map { $0 + $1 }
      add(sum, like: tensor, asInput: input, ofNode: node)
    }
  }

  /// Makes a node read a constant of its own.
  private mutating func add(
    _ values: [Double], like tensor: TensorID, asInput input: Int, ofNode node: Int
  ) {
    let original = self[tensor]
    let contents = MemorySource(NumericArray.packed(values, original.elementType))
    let isShared = !isRead(tensor, onlyBy: node)
    if original.shape.elementCount == values.count, !isShared {
      replaceContents(of: tensor, with: contents)
      return
    }
    let name = freeName("\((self[.main].nodes[node].outputs.first ?? "").text)_bias")
    editGraphs { graphs, tensors in
      let dimensions =
        original.shape.elementCount == values.count ? original.shape : Shape([values.count])
      guard let shape = dimensions else { return }
      graphs[0].initializers.append(TensorID(tensors.count))
      tensors.append(original.resized(to: shape, contents: contents, name: name))
      while graphs[0].nodes[node].inputs.count <= input { graphs[0].nodes[node].inputs.append("") }
      graphs[0].nodes[node].inputs[input] = name
    }
  }

  private func isRead(_ tensor: TensorID, onlyBy node: Int) -> Bool {
    let name = self[tensor].name
    let reads = graphs.flatMap { graph in graph.nodes.flatMap { $0.inputs.filter { $0 == name } } }
    return reads.count == 1 && self[.main].nodes[node].inputs.contains(name)
  }

  private func freeName(_ wanted: String) -> ByteString {
    let taken = Set(tensors.map(\.name)).union(
      graphs.flatMap { graph in
        graph.inputs.map(\.name) + graph.nodes.flatMap(\.outputs)
      })
    var name = ByteString(wanted)
    var number = 1
    while taken.contains(name) {
      number += 1
      name = ByteString("\(wanted)_\(number)")
    }
    return name
  }
}
