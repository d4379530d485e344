internal import ByteStorage
internal import ModelGraph

/// The tensors that no output of a model depends on.
///
/// Functions and training graphs count as used, and so do nodes that make no value.
struct UnusedTensors {
  private let index: GraphIndex
  private var usedNodes: Set<NodeID> = []
  private var usedTensors: Set<TensorID> = []
  private var pending: [NodeID] = []

  init(_ model: Model) {
    index = GraphIndex(model)
    for graph in model.graphIDs {
      if case .body = model[graph].role {} else { addOutputs(of: graph, in: model) }
      for (node, content) in model[graph].nodes.enumerated()
      where content.outputs.allSatisfy(\.isEmpty) {
        pending.append(NodeID(graph: graph, index: node))
      }
    }
    while let node = pending.popLast() {
      if usedNodes.insert(node).inserted { addInputs(of: node, in: model) }
    }
  }

  /// True when no output depends on the tensor.
  func contains(_ tensor: TensorID) -> Bool { !usedTensors.contains(tensor) }

  private mutating func addOutputs(of graph: GraphID, in model: Model) {
    for output in model[graph].outputs { add(output.name, in: graph, model) }
  }

  private mutating func addInputs(of id: NodeID, in model: Model) {
    let node = model[id]
    for name in node.inputs where !name.isEmpty { add(name, in: id.graph, model) }
    for attribute in node.attributes {
      usedTensors.formUnion(attribute.value.tensorIDs)
      for body in attribute.value.graphIDs { addOutputs(of: body, in: model) }
    }
  }

  private mutating func add(_ name: ByteString, in graph: GraphID, _ model: Model) {
    // Training graphs see the main graph's initializers without being bodies of it.
    let definition =
      index.definition(of: name, in: graph) ?? index.definition(of: name, in: .main)
    switch definition {
    case .node(let node, _): pending.append(node)
    case .initializer(let tensor): usedTensors.insert(tensor)
    case .sparseInitializer(let sparse): usedTensors.formUnion([sparse.values, sparse.indices])
    case .input, nil: break
    }
  }
}
