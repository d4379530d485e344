public import Pruning

/// How much is removed.
public enum ChannelPruningGoal: Hashable, Sendable {
  /// A share of the channels to remove.
  case ratio(Double)
  /// A share of the parameters to keep.
  case parameters(Double)
  /// A share of the multiplications to keep.
  case operations(Double)
  /// A share of the bytes of parameters to keep.
  case bytes(Double)
}

/// Among which channels the least important are looked for.
public enum ChannelPruningScope: String, Hashable, Sendable, CaseIterable {
  /// Each dimension gives up the same share.
  case local
  /// All dimensions together give up a share.
  case global
  /// Dimensions whose weights have the same operators and shapes together give up a share.
  case isomorphic
}

/// Which channels to remove.
public struct ChannelPruningRequest: Sendable {
  /// The largest count that a request may ask for.
  public static let maximumCount = 1 << 20

  /// How much is removed.
  public var goal: ChannelPruningGoal
  /// The share of heads to remove; without it, heads stay where their depth can shrink.
  public var headRatio: Double?
  /// Says how much each channel matters.
  public var criterion: any ChannelCriterion = L2ChannelCriterion()
  /// What samples say in place of the criterion; nil when only weights are looked at.
  public var traces: ChannelTraces?
  /// How the scores of several weights become one.
  public var aggregation = ChannelAggregation()
  /// Among which channels the least important are looked for.
  public var scope = ChannelPruningScope.local
  /// What the count of remaining channels is to be a multiple of; counts are rounded up.
  public var roundTo = 1
  /// How many channels of a dimension stay at least.
  ///
  /// A single one could be taken for an axis that broadcasts.
  public var minimumChannels = 2
  /// The largest share removed from one dimension; nil for 0.9 where dimensions are ranked together.
  public var cap: Double?
  /// Which weights' channels are meant.
  public var rules: [SelectionRule] = []
  /// Shares for the channels that some weights make; the last that matches counts.
  public var shares: [SelectedShare] = []
  /// True to let biases take over what channels that go would add were all their weights zero.
  public var foldsBiases = false
  /// The seed of what is random.
  public var seed: UInt64 = 0
  /// How many threads work; the result does not depend on it.
  public var threads = 1

  /// Makes a request.
  public init(goal: ChannelPruningGoal) {
    self.goal = goal
  }

  /// True when how many channels go of one dimension depends on the others.
  public var isSharedOut: Bool {
    if case .ratio = goal { scope != .local } else { true }
  }

  /// Checks the numbers.
  ///
  /// - Throws: `ChannelSelectionError` for shares outside of 0 to 1 and counts below 1.
  public func validate() throws(ChannelSelectionError) {
    var shares = [("share", goal.share)]
    if let headRatio { shares.append(("share of heads", headRatio)) }
    if let cap { shares.append(("largest share", cap)) }
    shares += self.shares.map { ("share for \"\($0.selector.description)\"", $0.share) }
    for (option, share) in shares where !(0...1).contains(share) {
      throw .shareOutOfRange(option: option, share)
    }
    for (option, count) in [
      ("multiple", roundTo), ("number of channels that stay", minimumChannels),
    ]
    where !(1...Self.maximumCount).contains(count) {
      throw .countOutOfRange(option: option, count)
    }
  }

  /// What bounds the removal from one dimension.
  var limits: RemovalLimits {
    RemovalLimits(
      roundTo: roundTo, minimum: minimumChannels, cap: cap ?? (scope == .local ? 1 : 0.9))
  }
}

extension ChannelPruningGoal {
  /// The share it names.
  var share: Double {
    switch self {
    case .ratio(let share), .parameters(let share), .operations(let share), .bytes(let share):
      share
    }
  }
}
