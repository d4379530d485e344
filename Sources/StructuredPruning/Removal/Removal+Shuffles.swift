internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Removal {
  /// Puts one Gather in the place of a shuffle that has lost channels.
  ///
  /// - Returns: true when the node stays as it is.
  mutating func replace(
    _ shuffle: ChannelShuffle, _ before: [NodeContext]
  ) throws(RemovalFailure) -> Bool {
    guard let indices = shuffle.indices(structure, kept) else { return true }
    guard shuffle.nodes.last == before.first?.id, let context = before.first else { return false }
    let gather = Node(
      name: context.node.name, operatorType: "Gather",
      inputs: [shuffle.input, literals.name(of: indices, .int64, &names)],
      outputs: context.node.outputs,
      attributes: [Attribute(name: "axis", value: .int(1))])
    for (assignment, context) in before.enumerated() {
      guard let shape = newOutputs(context).first ?? nil, let output = context.node.outputs.first
      else { throw RemovalFailure(node: context.id, reason: "shuffles channels of unknown shape") }
      facts[assignment][output] = TensorFacts(
        elementType: context.outputs.first??.elementType, shape: shape, elements: nil,
        isShapeDerived: false)
    }
    nodes.append(gather)
    return false
  }
}
