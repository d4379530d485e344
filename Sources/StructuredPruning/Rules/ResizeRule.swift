internal import ByteStorage
internal import ModelGraph

/// Resize and Upsample: axes that keep their size pass.
struct ResizeRule: OperatorRule {
  var operators: [String] { ["Resize", "Upsample"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      axes.count == shape.count
    else { return }
    structure.set(
      node,
      zip(axes, shape).map { axis, size in
        if structure.size(axis) == size { return axis }
        structure.freeze(axis, at: node, "stretches it")
        return .fixed(size)
      })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard change.context.integers(input: 3) != nil, let shape = change.newShape() else {
      return [:]
    }
    let axes = change.context.integers(attribute: "axes") ?? Array(shape.indices)
    let places = axes.compactMap { change.context.axis($0, rank: shape.count) }
    return [3: ArgumentRequirement(places.map { shape[$0] })]
  }
}
