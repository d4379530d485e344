internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Removal {
  /// Lets a node read the vectors that take over the constant part of channels that go.
  mutating func compensate(_ node: inout Node, _ id: NodeID) {
    // A bias that is left out so far is the third input.
    for input in 0..<max(node.inputs.count, 3) {
      guard let bias = compensation.biases[InputPlace(node: id, input: input)],
        let tensor = vector(of: bias)
      else { continue }
      while node.inputs.count <= input { node.inputs.append("") }
      node.inputs[input] = tensor.name
      compensated.append(tensor)
    }
  }

  /// The vector without the outputs that go, in the shape of the one it replaces.
  private mutating func vector(of bias: Compensation.Bias) -> Tensor? {
    var numbers = bias.numbers
    if let mask = structure.table.mask(of: bias.axis, kept) {
      numbers = zip(numbers, mask).filter(\.1).map(\.0)
    }
    let model = structure.model
    let old = bias.sink.bias.map { model[$0] }
    let outer = old?.shape.dimensions.dropLast() ?? []
    guard let shape = Shape(outer + [numbers.count]),
      let bytes = LiteralPool.bytes(of: .reals(numbers.map(Double.init)), bias.elementType)
    else { return nil }
    let weight = model[structure.uses[bias.sink.weight].tensor].name
    return Tensor(
      name: names.name(like: old?.name ?? weight, "_bias"), elementType: bias.elementType,
      shape: shape, contents: MemorySource(bytes))
  }
}
