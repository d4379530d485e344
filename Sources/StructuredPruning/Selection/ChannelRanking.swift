/// What bounds the removal from one dimension.
struct RemovalLimits: Hashable, Sendable {
  let roundTo: Int
  let minimum: Int
  let cap: Double

  /// How many of `count` may be removed at most, rounding aside.
  func most(of count: Int) -> Int {
    let allowed = min(Int((cap * Double(count)).rounded(.down)), count)
    return max(0, min(allowed, count - min(minimum, count)))
  }

  /// How many of `count` go when `removed` should: fewer, so that a multiple stays.
  func rounded(_ removed: Int, of count: Int) -> Int {
    let kept = (count - removed + roundTo - 1) / roundTo * roundTo
    return max(0, count - kept)
  }

  /// How many a share is, half a channel being one.
  static func count(_ share: Double, of total: Int) -> Int {
    min(total, Int((share * Double(total)).rounded(.toNearestOrAwayFromZero)))
  }
}

/// The channels of dimensions in the order they go.
struct ChannelRanking: Sendable {
  /// For each dimension its indices, those that go first in front.
  let orders: [[Int]]
  private let limits: RemovalLimits
  /// For each class of dimensions that are ranked together, the dimension that loses next.
  private let turns: [[Int]]

  /// Ranks the scores of dimensions; each belongs to one of the classes.
  ///
  /// Ties go by dimension, then by index. What has no finite score goes last.
  init(_ scores: [[Double]], classes: [[Int]], _ limits: RemovalLimits) {
    self.limits = limits
    orders = scores.map { scores in
      scores.indices.sorted { (scores[$0].rank, $0) < (scores[$1].rank, $1) }
    }
    turns = classes.map { members in
      let channels = members.sorted().flatMap { member in
        scores[member].indices.map { (score: scores[member][$0].rank, member: member) }
      }
      // Within a dimension only the count matters: its own order says which index it is.
      return channels.sorted { ($0.score, $0.member) < ($1.score, $1.member) }.map(\.member)
    }
  }

  /// How many indices each dimension loses when every class gives up a share.
  func removed(at ratio: Double) -> [Int] {
    var removed = orders.map { _ in 0 }
    for turns in turns {
      var left = RemovalLimits.count(ratio, of: turns.count)
      for member in turns where left > 0 && removed[member] < limits.most(of: orders[member].count)
      {
        removed[member] += 1
        left -= 1
      }
    }
    return zip(removed, orders).map { limits.rounded($0, of: $1.count) }
  }
}

extension Double {
  /// The number for sorting: what is not one goes last.
  var rank: Double { isNaN ? .infinity : self }
}
