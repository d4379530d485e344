internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension NodeContext {
  /// The nodes of a model's main graph with what one evaluation knows of their values.
  static func all(in model: Model, _ facts: EvaluatedGraph) -> [NodeContext] {
    model[.main].nodes.enumerated().map { index, node in
      NodeContext(
        id: NodeID(graph: .main, index: index), node: node, version: facts.version(of: node),
        inputs: node.inputs.map { $0.isEmpty ? nil : facts[$0] },
        outputs: node.outputs.map { $0.isEmpty ? nil : facts[$0] })
    }
  }
}
