internal import ByteStorage
internal import ModelGraph

/// Quantisation and its inverse: scales for the whole, or for each position of an axis.
struct QuantizationRule: OperatorRule {
  var operators: [String] {
    [
      "QuantizeLinear", "DequantizeLinear", "com.microsoft.QuantizeLinear",
      "com.microsoft.DequantizeLinear",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    for index in [1, 2] {
      guard let scale = structure.axes(node, input: index) else { continue }
      if scale.count == 1, structure.size(scale[0]) > 1 {
        guard let axis = node.axis(node.node.integer("axis", default: 1), rank: axes.count) else {
          return
        }
        structure.equate(axes[axis], scale[0], at: node)
      } else if scale.count == axes.count, scale.count > 1 {
        for (own, other) in zip(axes, scale) {
          if structure.size(own) == structure.size(other) {
            structure.equate(own, other, at: node)
          } else {
            structure.freeze(own, at: node, "quantises it in blocks")
          }
        }
      }
    }
    structure.setView(node, axes)
  }
}
