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
