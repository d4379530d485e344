internal import ByteStorage
internal import ModelGraph

/// Sums, means and the like over axes.
struct ReductionRule: OperatorRule {
  var operators: [String] {
    [
      "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
      "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    let given = node.integers(attribute: "axes") ?? node.integers(input: 1) ?? []
    if given.isEmpty, node.node.integer("noop_with_empty_axes") != 0 {
      return structure.set(node, axes)
    }
    var places = Set(given.compactMap { node.axis($0, rank: axes.count) })
    guard places.count == given.count else { return }
    if given.isEmpty { places = Set(axes.indices) }
    // Zeros change no sum, so a sum is what consumers of single channels are.
    let isExact = ["ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"]
      .contains(node.node.operatorType)
    for place in places where !isExact { structure.markMixed(axes[place], at: node) }
    let keeps = node.node.integer("keepdims", default: 1) != 0
    structure.set(
      node,
      axes.indices.compactMap { place in
        places.contains(place) ? (keeps ? .fixed(1) : nil) : axes[place]
      })
  }
}
