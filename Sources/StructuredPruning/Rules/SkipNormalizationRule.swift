internal import ByteStorage
internal import ModelGraph

/// Normalisation of a sum with what is skipped past it.
struct SkipNormalizationRule: OperatorRule {
  var operators: [String] {
    [
      "com.microsoft.SkipLayerNormalization", "com.microsoft.SkipSimplifiedLayerNormalization",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let last = axes.last else { return }
    structure.markMixed(last, at: node)
    for index in node.node.inputs.indices where index > 0 {
      guard let other = structure.axes(node, input: index) else { continue }
      for (own, other) in zip(axes.reversed(), other.reversed()) where structure.size(other) > 1 {
        structure.equate(own, other, at: node)
      }
    }
    for index in [0, 3] where node.shape(output: index) != nil {
      structure.set(node, output: index, axes)
    }
  }
}
