internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// Channels that nothing ever writes to: every weight that makes them is zero there, and so is every
/// bias on the way.
///
/// What lies between the makers and the readers must turn zeros into zeros, which the constants do
/// not tell: that is asked for each dimension.
struct DeadChannels: Sendable {
  /// The dead indices of each dimension that has some, in order.
  private(set) var indices: [DimensionID: [Int]] = [:]
  let warnings: [String]

  /// Looks through the dimensions whose removal is exact and for which `keepsZeros` says that zeros
  /// stay zeros on their way, as `ZeroFlow` does.
  ///
  /// - Throws: what reading weights throws.
  init(
    of groups: ChannelGroups, in layouts: ParameterLayouts, threads: Int,
    keepsZeros: (DimensionID) -> Bool
  ) throws {
    let candidates = groups.groups.filter { group in
      !group.isFrozen && group.mixedBy == nil && keepsZeros(group.id)
    }
    let writers = candidates.map { group in
      group.members.filter { Self.writes($0, in: layouts) }
    }
    let found = try PrunableWeights(of: layouts.model).weights
    let scores = try AxisScores(
      of: Set(writers.joined().map { layouts.place(of: $0) }), in: layouts.model,
      Dictionary(found.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first }),
      measuring: [.sums], threads: threads)
    warnings = scores.warnings
    for (group, writers) in zip(candidates, writers) {
      // Without a maker the channels come from elsewhere.
      guard writers.contains(where: { layouts.uses[$0.use].role == .weight }) else { continue }
      let dead = Self.dead(of: group, writers, scores, layouts)
      if !dead.isEmpty { indices[group.id] = dead }
    }
  }

  /// What stays when the dead channels go, but for as many as have to stay.
  func kept(of groups: ChannelGroups, minimumChannels: Int) -> KeptIndices {
    var kept = KeptIndices()
    for group in groups.groups {
      guard let dead = indices[group.id] else { continue }
      var mask = Array(repeating: true, count: group.size)
      for index in dead.prefix(max(0, group.size - minimumChannels)) { mask[index] = false }
      if mask.contains(false) { kept.masks[group.id] = mask }
    }
    return kept
  }

  /// What goes and what stays, with the reasons.
  func selection(of groups: ChannelGroups, in layouts: ParameterLayouts) -> ChannelSelection {
    var selection = ChannelSelection(warnings: warnings)
    selection.kept = kept(of: groups, minimumChannels: Self.minimumChannels)
    selection.entries = groups.groups.map { group in
      let isDead = selection.kept.masks[group.id] != nil
      return ChannelEntry(
        group, in: layouts, nil, selection.kept, isDead ? nil : "no channel of it is always zero")
    }
    return selection
  }

  /// A single channel could be taken for an axis that broadcasts.
  private static let minimumChannels = 2

  /// True for the weights that make the channels and everything that is added to them.
  private static func writes(_ member: ChannelGroup.Member, in layouts: ParameterLayouts) -> Bool {
    switch layouts.uses[member.use].role {
    case .weight: !layouts.isContracted(member.use, member.axis)
    case .scale: false
    case .other: !layouts.isVariance(layouts.uses[member.use])
    }
  }

  private static func dead(
    of group: ChannelGroup, _ writers: [ChannelGroup.Member], _ scores: AxisScores,
    _ layouts: ParameterLayouts
  ) -> [Int] {
    var isDead = Array(repeating: true, count: group.size)
    for writer in writers {
      let layout = layouts.uses[writer.use].axes[writer.axis]
      guard let sums = scores.sums[layouts.place(of: writer)],
        sums.magnitudes.count == layouts.table.size(layout),
        let written = layouts.table.marginals(of: layout, sums.magnitudes)[group.id]
      else { return [] }
      for index in isDead.indices where written[index] != 0 { isDead[index] = false }
    }
    return isDead.indices.filter { isDead[$0] }
  }
}

extension ParameterLayouts {
  /// True for what a batch normalisation divides by: zeros stay zeros whatever it is.
  fileprivate func isVariance(_ use: ParameterUse) -> Bool {
    let node = model[use.node]
    return node.isStandard && node.operatorType == "BatchNormalization" && use.input == 4
  }
}
