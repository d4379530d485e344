internal import ByteStorage
internal import ModelGraph

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
