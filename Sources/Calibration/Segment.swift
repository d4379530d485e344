internal import ByteStorage
internal import ModelGraph

extension Model {
  /// A model of some nodes of the main graph.
  ///
  /// - Parameters:
  ///   - nodes: the nodes in an order in which they can run.
  ///   - constants: nodes that depend on no input; those that are needed run first.
  ///   - inputs: the values that come from outside, and their types.
  ///   - outputs: the values that go out.
  /// - Returns: the part, with the tensors it reads.
  func segment(
    _ nodes: [Int], constants: [Int], inputs: [(name: ByteString, type: ElementType)],
    outputs: [ByteString]
  ) -> Model {
    var wanted = Set(nodes.flatMap { namesRead(by: self[.main].nodes[$0]) }).union(outputs)
    var kept: [Int] = []
    for node in constants.reversed()
    where !wanted.isDisjoint(with: self[.main].nodes[node].outputs) {
      kept.append(node)
      wanted.formUnion(namesRead(by: self[.main].nodes[node]))
    }
    var part = self
    part.editGraphs { graphs, tensors in
      guard var main = graphs.first else { return }
      main.nodes = (kept.reversed() + nodes).map { main.nodes[$0] }
      main.inputs = inputs.map { Value(name: $0.name, type: .tensor($0.type, nil)) }
      main.outputs = outputs.map { Value(name: $0) }
      main.values = []
      main.initializers = main.initializers.filter { wanted.contains(tensors[$0.index].name) }
      main.sparseInitializers = main.sparseInitializers.filter {
        wanted.contains(tensors[$0.values.index].name)
      }
      main.annotation = []
      graphs[0] = main
    }
    return part
  }

  private func namesRead(by node: Node) -> [ByteString] {
    node.inputs.filter { !$0.isEmpty } + namesRead(inBodiesOf: node)
  }
}
