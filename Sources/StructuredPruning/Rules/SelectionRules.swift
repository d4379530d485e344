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

/// Operators that pick, order or count positions of an axis by data: the axis stays.
struct DataIndexedRule: OperatorRule {
  var operators: [String] {
    [
      "ArgMax", "ArgMin", "CumSum", "GatherElements", "OneHot", "ScatterElements", "Scatter",
      "TopK",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    let fallback = node.node.operatorType == "TopK" || node.node.operatorType == "OneHot" ? -1 : 0
    let given = node.integers(input: 1)?.first
    let number =
      node.node.operatorType == "CumSum"
      ? given ?? 0 : node.node.integer("axis", default: fallback)
    let axis = node.axis(number, rank: axes.count)
    for index in node.node.inputs.indices where index > 0 {
      structure.freeze(node, input: index, "picks positions by data")
    }
    for place in axes.indices where place == axis || node.node.operatorType == "OneHot" {
      structure.freeze(axes[place], at: node, "picks positions by data")
    }
    for index in node.node.outputs.indices {
      guard let shape = node.shape(output: index) else { continue }
      structure.set(node, output: index, kept(axes, shape, axis, node, &structure))
    }
  }

  private func kept(
    _ axes: [AxisLayout], _ shape: [Int], _ axis: Int?, _ node: NodeContext,
    _ structure: inout Structure
  ) -> [AxisLayout] {
    var result = axes
    if let axis {
      if shape.count == axes.count {
        result[axis] = .fixed(shape[axis])
      } else if shape.count == axes.count - 1 {
        result.remove(at: axis)
      }
    }
    guard result.map(structure.size) == shape else {
      for each in axes { structure.freeze(each, at: node, "picks positions by data") }
      return shape.map { .fixed($0) }
    }
    return result
  }
}

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

/// ConstantOfShape: one value everywhere, so every axis may be made shorter.
struct FillRule: OperatorRule {
  var operators: [String] { ["ConstantOfShape"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    structure.set(node, shape.map { structure.makeAxis($0) })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    change.newShape().map { [0: ArgumentRequirement($0)] } ?? [:]
  }
}
