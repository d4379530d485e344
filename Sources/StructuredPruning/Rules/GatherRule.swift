internal import ByteStorage
internal import ModelGraph

/// Gather: slices picked along one axis, by data or by constants.
struct GatherRule: OperatorRule {
  var operators: [String] { ["Gather"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let indices = structure.axes(node, input: 1),
      let axis = node.axis(node.node.integer("axis"), rank: axes.count)
    else { return }
    structure.mark(node, input: 0, as: .weight, sums: [axis])
    var picked = indices
    let run = indices.count == 1 ? run(node) : nil
    if let run, run.lowerBound == 0, run.count == structure.size(axes[axis]) {
      picked = [axes[axis]]
    } else if let run,
      let (_, rest) = structure.cut(axes[axis], at: run.lowerBound, node),
      let (part, _) = structure.cut(rest, at: run.count, node)
    {
      picked = [part]
      // The numbers say which positions; they are told anew only where a Slice says it shorter.
      structure.freeze(axes[axis], at: node, "picks positions by number")
    } else {
      structure.freeze(axes[axis], at: node, "picks positions by number")
    }
    structure.set(node, Array(axes[..<axis]) + picked + axes[(axis + 1)...])
  }

  /// The positions picked, when they follow each other.
  private func run(_ node: NodeContext) -> Range<Int>? {
    guard let indices = node.integers(input: 1), let first = indices.first, first >= 0,
      indices.indices.allSatisfy({ indices[$0] == first &+ $0 }),
      !first.addingReportingOverflow(indices.count).overflow
    else { return nil }
    return first..<first + indices.count
  }
}
