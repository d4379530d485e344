internal import ByteStorage
internal import ModelGraph

/// Normalisations and distributions over an axis.
struct AxisNormalizationRule: OperatorRule {
  var operators: [String] {
    ["Hardmax", "LogSoftmax", "LpNormalization", "LRN", "MeanVarianceNormalization", "Softmax"]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    switch node.node.operatorType {
    case "LRN":
      if axes.count > 1 { structure.markMixed(axes[1], at: node) }
    case "MeanVarianceNormalization":
      for axis in node.integers(attribute: "axes") ?? [0, 2, 3] {
        guard let place = node.axis(axis, rank: axes.count) else { return }
        structure.markMixed(axes[place], at: node)
      }
    case "LpNormalization":
      guard let axis = node.axis(node.node.integer("axis", default: -1), rank: axes.count) else {
        return
      }
      structure.markMixed(axes[axis], at: node)
    default:
      // Older versions take all axes from the given one on together.
      let isSingle = node.version >= 13
      let fallback = isSingle ? -1 : 1
      guard let axis = node.axis(node.node.integer("axis", default: fallback), rank: axes.count)
      else { return }
      for place in isSingle ? axis..<axis + 1 : axis..<axes.count {
        structure.freeze(
          axes[place], at: node, "makes a distribution of it, in which each position has a meaning")
      }
    }
    structure.set(node, axes)
  }
}
