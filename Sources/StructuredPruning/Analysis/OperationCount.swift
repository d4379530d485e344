internal import ModelGraph
internal import ShapeInference

/// The multiply-accumulates of a model, for any number of indices its dimensions keep.
///
/// Computed from the layouts, so that asking costs a few products and no run.
struct OperationCount: Sendable {
  private struct Step: Sendable {
    let node: Node
    let inputs: [TensorFacts?]
    let outputs: [TensorFacts?]
    let inputAxes: [[AxisLayout]?]
    let outputAxes: [[AxisLayout]?]
  }

  private let table: DimensionTable
  private let steps: [Step]

  init(_ structure: Structure, _ contexts: [NodeContext]) {
    table = structure.table
    steps = contexts.compactMap { context in
      let count = multiplyAccumulates(
        of: context.node, inputs: context.inputs, outputs: context.outputs)
      guard let count, count > 0 else { return nil }
      return Step(
        node: context.node, inputs: context.inputs, outputs: context.outputs,
        inputAxes: context.node.inputs.indices.map { structure.knownAxes(context, input: $0) },
        outputAxes: context.node.outputs.map { structure.values[$0]?.axes })
    }
  }

  /// The multiply-accumulates of the whole graph.
  ///
  /// `count` tells for a dimension how many indices it keeps.
  func total(keeping count: (DimensionID) -> Int) -> Int {
    steps.reduce(0) { total, step in
      let inputs = zip(step.inputs, step.inputAxes).map { shrunk($0, $1, count) }
      let outputs = zip(step.outputs, step.outputAxes).map { shrunk($0, $1, count) }
      let (sum, overflow) = total.addingReportingOverflow(
        multiplyAccumulates(of: step.node, inputs: inputs, outputs: outputs) ?? 0)
      return overflow ? .max : sum
    }
  }

  private func shrunk(
    _ facts: TensorFacts?, _ axes: [AxisLayout]?, _ count: (DimensionID) -> Int
  ) -> TensorFacts? {
    guard var facts, let axes else { return facts }
    facts.shape = axes.map { table.size(of: $0, keeping: count) }
    return facts
  }
}
