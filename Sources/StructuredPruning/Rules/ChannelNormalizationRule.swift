internal import ByteStorage
internal import ModelGraph

/// Batch and instance normalisation: every channel by itself.
struct ChannelNormalizationRule: OperatorRule {
  var operators: [String] { ["BatchNormalization", "InstanceNormalization"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), axes.count >= 2 else { return }
    if node.node.operatorType == "BatchNormalization" {
      structure.mark(node, input: 1, as: .scale)
    } else {
      // Exporters write group normalisation so, with the channels of a group on a later axis.
      for axis in axes[2...] { structure.markMixed(axis, at: node) }
    }
    for index in node.node.inputs.indices where index > 0 {
      guard let vector = structure.axis(node, input: index, 0) else { return }
      structure.equate(axes[1], vector, at: node)
    }
    structure.set(node, axes)
    for index in node.node.outputs.indices where index > 0 {
      structure.set(node, output: index, [axes[1]])
    }
  }
}
