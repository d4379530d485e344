internal import ByteStorage
internal import ModelGraph

/// Normalisation over the last axes: what goes changes the mean of what stays.
struct LayerNormalizationRule: OperatorRule {
  var operators: [String] {
    [
      "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization",
      "com.microsoft.LayerNormalization", "com.microsoft.SimplifiedLayerNormalization",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0),
      let first = node.axis(node.node.integer("axis", default: -1), rank: axes.count)
    else { return }
    for axis in axes[first...] { structure.markMixed(axis, at: node) }
    for index in node.node.inputs.indices where index > 0 {
      guard let vector = structure.axes(node, input: index) else { continue }
      for (own, other) in zip(axes.reversed(), vector.reversed()) where structure.size(other) > 1 {
        structure.equate(own, other, at: node)
      }
    }
    structure.set(node, axes)
    for index in node.node.outputs.indices where index > 0 {
      structure.set(
        node, output: index,
        axes[..<first] + Array(repeating: .fixed(1), count: axes.count - first))
    }
  }
}
