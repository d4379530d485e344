internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// Channels that nothing of the data ever reaches.
///
/// Every weight that makes them is zero, or a normalisation multiplies them with zero; and what they
/// add to each sum is zero, or a constant that a bias can add.
struct DeadChannels: Sendable {
  /// The dead indices of each dimension that has some, in order.
  private(set) var indices: [DimensionID: [Int]] = [:]
  let warnings: [String]

  /// Looks through the dimensions whose removal is exact.
  ///
  /// `isDispensable` tells of an index that goes unmissed as the model is; `isWithoutWeights` of one
  /// that would be were the weights zero that make it. Both are what `ConstantFlow` says.
  ///
  /// - Throws: what reading weights throws.
  init(
    of groups: ChannelGroups, in layouts: ParameterLayouts, threads: Int,
    isDispensable: (DimensionID, Int) -> Bool, isWithoutWeights: (DimensionID, Int) -> Bool
  ) throws {
    let candidates = groups.groups.filter { !$0.isFrozen && $0.mixedBy == nil }
    let makers = candidates.map { group in
      group.members.filter {
        layouts.uses[$0.use].role == .weight && !layouts.isContracted($0.use, $0.axis)
      }
    }
    let found = try PrunableWeights(of: layouts.model).weights
    let scores = try AxisScores(
      of: Set(makers.joined().map { layouts.place(of: $0) }), in: layouts.model,
      Dictionary(found.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first }),
      measuring: [.sums], threads: threads)
    warnings = scores.warnings
    for (group, makers) in zip(candidates, makers) {
      // Without a maker the channels come from elsewhere.
      guard !makers.isEmpty else { continue }
      let hasWeights = Self.hasWeights(group, makers, scores, layouts)
      let dead = (0..<group.size).filter { index in
        isDispensable(group.id, index)
          || (!hasWeights[index] && isWithoutWeights(group.id, index))
      }
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
        group, in: layouts, nil, selection.kept, isDead ? nil : "no channel of it is constant")
    }
    return selection
  }

  /// A single channel could be taken for an axis that broadcasts.
  private static let minimumChannels = 2

  /// For each index, whether any weight that makes it is not zero; true where that is not known.
  private static func hasWeights(
    _ group: ChannelGroup, _ makers: [ChannelGroup.Member], _ scores: AxisScores,
    _ layouts: ParameterLayouts
  ) -> [Bool] {
    var hasWeights = Array(repeating: false, count: group.size)
    for maker in makers {
      let layout = layouts.uses[maker.use].axes[maker.axis]
      guard let sums = scores.sums[layouts.place(of: maker)],
        sums.magnitudes.count == layouts.table.size(layout),
        let made = layouts.table.marginals(of: layout, sums.magnitudes)[group.id]
      else { return Array(repeating: true, count: group.size) }
      for index in made.indices where made[index] != 0 { hasWeights[index] = true }
    }
    return hasWeights
  }
}
