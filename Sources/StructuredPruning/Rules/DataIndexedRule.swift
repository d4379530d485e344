internal import ByteStorage
internal import ModelGraph

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
