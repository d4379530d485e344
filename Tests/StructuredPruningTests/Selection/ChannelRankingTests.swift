import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct ChannelRankingTests {
  private let free = RemovalLimits(roundTo: 1, minimum: 1, cap: 1)

  @Test func tiesGoByDimensionAndThenByIndex() {
    let ranking = ChannelRanking([[1, 0, 1], [1, 1]], classes: [[0, 1]], free)
    #expect(ranking.orders == [[1, 0, 2], [0, 1]])
    #expect(ranking.removed(at: 0.2) == [1, 0])
    #expect(ranking.removed(at: 0.4) == [2, 0])
    #expect(ranking.removed(at: 0.8) == [2, 1], "one of each stays")
  }

  @Test func whatIsNoNumberGoesLast() {
    let ranking = ChannelRanking([[.nan, .infinity, 5, -.infinity]], classes: [[0]], free)
    #expect(ranking.orders == [[3, 2, 0, 1]])
  }

  @Test func removalIsWhatTheLimitsSayForAllSmallSizes() {
    for size in 2...20 {
      for step in 0...20 {
        for (roundTo, minimum, cap) in [
          (1, 1, 1.0), (4, 2, 1.0), (8, 1, 0.5), (1, 30, 1.0), (3, 5, 0.9),
        ] {
          let limits = RemovalLimits(roundTo: roundTo, minimum: minimum, cap: cap)
          let ratio = Double(step) / 20
          let scores = (0..<size).map { Double($0) }
          let removed = ChannelRanking([scores], classes: [[0]], limits).removed(at: ratio)[0]
          let wanted = (size * step + 10) / 20
          let allowed = (0...wanted).filter { count in
            let kept = size - count
            return count == 0
              || (kept % roundTo == 0 && kept >= minimum && Double(count) <= cap * Double(size))
          }
          #expect(removed == allowed.max(), "\(size) \(ratio) \(limits)")
        }
      }
    }
  }

  @Test func globalRankingTakesTheLowestOfAllUntilTheCap() {
    let scores = [[0.1, 0.2, 0.3, 0.4], [1, 2, 3, 4]]
    let capped = RemovalLimits(roundTo: 1, minimum: 1, cap: 0.5)
    let ranking = ChannelRanking(scores, classes: [[0, 1]], capped)
    #expect(ranking.removed(at: 0.25) == [2, 0])
    #expect(ranking.removed(at: 0.375) == [2, 1])
    #expect(ChannelRanking(scores, classes: [[0, 1]], free).removed(at: 0.375) == [3, 0])
    #expect(ChannelRanking(scores, classes: [[0], [1]], free).removed(at: 0.5) == [2, 2])
  }

  @Test func removalGrowsWithTheShare() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<30 {
      let scores = (0..<4).map { _ in
        (0..<Int.random(in: 2...12, using: &random)).map { _ in
          Double.random(in: 0...1, using: &random)
        }
      }
      let limits = RemovalLimits(
        roundTo: Int.random(in: 1...4, using: &random), minimum: 2, cap: 0.8)
      let ranking = ChannelRanking(scores, classes: [[0, 2], [1], [3]], limits)
      var last = ranking.removed(at: 0)
      #expect(last == [0, 0, 0, 0])
      for step in 1...50 {
        let next = ranking.removed(at: Double(step) / 50)
        #expect(zip(last, next).allSatisfy { $0 <= $1 })
        last = next
      }
    }
  }
}
