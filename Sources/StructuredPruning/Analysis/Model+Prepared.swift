internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Model {
  /// The same network in forms that rules follow better.
  ///
  /// A Gather of all elements of a list in their order, which exporters make of strided views, is a
  /// Reshape.
  func prepared(_ evaluations: [EvaluatedGraph]) -> Model {
    var names = NewNames(in: self)
    var nodes: [Node] = []
    var isChanged = false
    for node in self[.main].nodes {
      guard node.isWholeGather, evaluations.allSatisfy({ node.picksAll(in: $0) }),
        let output = node.outputs.first
      else {
        nodes.append(node)
        continue
      }
      isChanged = true
      let shape = names.name(like: output, "_shape")
      nodes.append(
        Node(operatorType: "Shape", inputs: [node.inputs[1]], outputs: [shape]))
      nodes.append(
        Node(
          name: node.name, operatorType: "Reshape", inputs: [node.inputs[0], shape],
          outputs: [output]))
    }
    guard isChanged else { return self }
    var model = self
    model.editGraphs { graphs, _ in graphs[0].nodes = nodes }
    return model
  }
}

extension Model {
  /// The same network with its nodes in an order they can run in; nil when they are.
  ///
  /// - Throws: `GraphDefect` for a graph that cannot run.
  func reordered() throws(GraphDefect) -> Model? {
    let order = try executionOrder()
    try checkBatchNormalizations()
    guard order != Array(order.indices) else { return nil }
    var model = self
    model.editGraphs { graphs, _ in
      let nodes = graphs[0].nodes
      graphs[0].nodes = order.map { nodes[$0] }
    }
    return model
  }

  /// Vectors of one normalisation have one length.
  private func checkBatchNormalizations() throws(GraphDefect) {
    let lengths = Dictionary(
      self[.main].initializers.map { (self[$0].name, self[$0].shape.elementCount) },
      uniquingKeysWith: { first, _ in first })
    for node in self[.main].nodes where node.operatorType == "BatchNormalization" {
      let found = node.inputs.dropFirst().compactMap { lengths[$0] }
      guard Set(found).count <= 1 else {
        throw .unequalVectors(
          node: node.name.isEmpty ? node.outputs.first ?? "" : node.name, lengths: found)
      }
    }
  }
}

extension Node {
  fileprivate var isWholeGather: Bool {
    operatorType == "Gather" && isStandard && inputs.count == 2 && integer("axis") == 0
  }

  /// True when it picks every element of a list, in order.
  fileprivate func picksAll(in evaluation: EvaluatedGraph) -> Bool {
    guard let data = evaluation[inputs[0]], data.shape.count == 1, let size = data.shape.first,
      let indices = evaluation[inputs[1]], indices.shape.count > 1,
      let numbers = indices.integers, numbers.count == size
    else { return false }
    return numbers.enumerated().allSatisfy { $0.offset == $0.element }
  }
}
