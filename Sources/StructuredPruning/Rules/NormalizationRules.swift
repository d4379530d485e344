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

/// Normalisation over groups of channels: all groups lose the same channels.
struct GroupNormalizationRule: OperatorRule {
  var operators: [String] { ["GroupNormalization"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let count = node.node.integer("num_groups")
    guard let axes = structure.axes(node, input: 0), axes.count >= 2, count > 0,
      structure.size(axes[1]) % count == 0
    else { return }
    let channels = structure.makeAxis(structure.size(axes[1]) / count)
    let groups = structure.makeAxis(count)
    structure.equate(axes[1], .product([groups, channels]), at: node)
    structure.markMixed(channels, at: node)
    for index in [1, 2] {
      guard let vector = structure.axis(node, input: index, 0) else { return }
      let isPerGroup = structure.size(vector) == count
      structure.equate(vector, isPerGroup ? groups : axes[1], at: node)
    }
    // Rules see sizes, not which factor shrank: the number of groups is kept.
    structure.freeze(groups, at: node, "normalises so many groups")
    structure.set(node, axes)
  }
}

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
