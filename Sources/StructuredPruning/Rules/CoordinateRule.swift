internal import ByteStorage
internal import ModelGraph

/// GatherND and ScatterND: the axes that coordinates speak of stay, those behind them pass.
struct CoordinateRule: OperatorRule {
  var operators: [String] { ["GatherND", "ScatterND"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let indices = node.shape(input: 1),
      let depth = indices.last, depth >= 0
    else { return }
    let batch = node.node.integer("batch_dims")
    guard (0...axes.count).contains(batch), depth <= axes.count - batch else { return }
    for axis in axes[..<(depth + batch)] {
      structure.freeze(axis, at: node, "picks positions by data")
    }
    structure.freeze(node, input: 1, "picks positions by data")
    let rest = axes[(depth + batch)...]
    if node.node.operatorType == "GatherND" {
      return structure.set(node, indices.dropLast().map { .fixed($0) } + rest)
    }
    if let updates = structure.axes(node, input: 2), updates.count >= rest.count {
      for axis in updates.dropLast(rest.count) {
        structure.freeze(axis, at: node, "picks positions by data")
      }
      for (own, update) in zip(rest, updates.suffix(rest.count)) {
        structure.equate(own, update, at: node)
      }
    }
    structure.set(node, axes)
  }
}
