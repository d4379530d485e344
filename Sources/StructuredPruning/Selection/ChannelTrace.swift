/// What samples say about one dimension: an order in which its indices go, and what is lost on the way.
///
/// Beside it stands the order of a criterion that looks at weights alone: where less is lost on that way
/// for the same count, it is taken.
public struct ChannelTrace: Sendable, Hashable {
  /// An order and what is lost: `losses` has one more element, for nothing gone.
  public struct Path: Sendable, Hashable {
    /// The indices, the first to go in front.
    public let order: [Int]
    /// What is lost when none, one, two and so on are gone; it never falls.
    public let losses: [Double]

    /// Makes a path; there must be one more loss than indices.
    public init(order: [Int], losses: [Double]) {
      precondition(losses.count == order.count + 1, "a path without all losses")
      (self.order, self.losses) = (order, losses)
    }
  }

  /// What samples chose.
  public let chosen: Path
  /// What weights alone would have chosen.
  public let plain: Path
  /// What losses count, beside those of other dimensions.
  public var weight = 1.0

  /// Makes a trace of two paths over the same indices.
  public init(chosen: Path, plain: Path) {
    precondition(chosen.order.count == plain.order.count, "paths of different lengths")
    (self.chosen, self.plain) = (chosen, plain)
  }

  /// What is lost when so many indices are gone, for each count.
  public var losses: [Double] { zip(chosen.losses, plain.losses).map(min) }

  /// What counts of these when a target is shared out.
  var weightedLosses: [Double] { losses.map { $0 * weight } }

  /// True when so many indices are better chosen by weights alone.
  public func isPlain(removing count: Int) -> Bool { plain.losses[count] < chosen.losses[count] }

  /// The indices that go when so many do.
  public func channels(goingFirst count: Int) -> ArraySlice<Int> {
    (isPlain(removing: count) ? plain : chosen).order.prefix(count)
  }

  /// For each index, what is lost when it and all before it are gone.
  var scores: ChannelScores {
    var scores = [Double](repeating: 0, count: chosen.order.count)
    for (place, index) in chosen.order.enumerated() { scores[index] = chosen.losses[place + 1] }
    return ChannelScores(scores)
  }
}

/// What samples say about the dimensions of a model.
public struct ChannelTraces: Sendable {
  /// What they say about one.
  public enum Verdict: Sendable, Hashable {
    /// It may lose indices in this order.
    case trace(ChannelTrace)
    /// It stays whole, for this reason.
    case stays(String)
  }

  /// The name of what chose the orders.
  public let criterion: String
  private let verdicts: [DimensionID: Verdict]

  /// Collects verdicts; dimensions without one stay.
  public init(criterion: String, _ verdicts: [DimensionID: Verdict]) {
    (self.criterion, self.verdicts) = (criterion, verdicts)
  }

  /// What they say about a dimension.
  public func verdict(on dimension: DimensionID) -> Verdict {
    verdicts[dimension] ?? .stays("no samples speak for it")
  }
}
