import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct CurveAllocationTests {
  /// A tensor of which every share saves as many elements.
  private func curve(
    _ elements: Int, _ points: [(share: Double, error: Double?)]
  ) -> CurveAllocation.Curve {
    CurveAllocation.Curve(
      points: points.map {
        .init(share: $0.share, error: $0.error, saved: Int(($0.share * Double(elements)).rounded()))
      })
  }

  private func loss(_ curve: CurveAllocation.Curve, _ share: Double) -> Double {
    var (start, low) = (0.0, 0.0)
    for point in curve.points {
      let high = max(low, point.error ?? .infinity)
      if share <= point.share {
        let error = low + (high - low) * (share - start) / (point.share - start)
        return error * error
      }
      (start, low) = (point.share, high)
    }
    return share == 0 ? 0 : .infinity
  }

  @Test(
    "No other shares that reach the sum have smaller errors",
    arguments: 1...8 as ClosedRange<UInt64>)
  func exhaustive(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let sizes = [20, 50, 10]
    let curves = sizes.map { elements in
      var error = 0.0
      return curve(
        elements,
        [0.3, 0.6, 0.9].map { share in
          error += Double.random(in: -0.05...0.3, using: &generator)
          return (share, error)
        })
    }
    for zeros in [0, 1, 8, 24, 40, 60, 69] {
      let shares = try #require(CurveAllocation(curves).shares(saving: zeros))
      let reached = zip(sizes, shares).reduce(0) {
        $0 + $1.0 * Int(($1.1 * 100).rounded()) / 100
      }
      #expect(reached >= zeros)
      let found = zip(curves, shares).reduce(0) { $0 + loss($1.0, $1.1) }
      var least = Double.infinity
      for first in 0...90 {
        for second in 0...90 {
          let missing = zeros - 20 * first / 100 - 50 * second / 100
          let third = (0...90).first { 10 * $0 / 100 >= missing }
          guard let third else { continue }
          let percents = [first, second, third]
          least = min(
            least, zip(curves, percents).reduce(0) { $0 + loss($1.0, Double($1.1) / 100) })
        }
      }
      #expect(found <= least + 1e-12)
    }
  }

  @Test("What the levels do not reach, or errors that are not known, is not promised")
  func unreachable() {
    let known = curve(100, [(0.5, 0.1), (0.8, 0.2)])
    let unknown = curve(100, [(0.5, 0.1), (0.8, nil)])
    #expect(CurveAllocation([known, unknown]).shares(saving: 130) == [0.8, 0.5])
    #expect(CurveAllocation([known, unknown]).shares(saving: 131) == nil)
    #expect(CurveAllocation([]).shares(saving: 0) == [])
    #expect(CurveAllocation([]).shares(saving: 1) == nil)
  }

  @Test("The highest level of all is reached, however the parts fall", arguments: [0.8, 0.29])
  func highest(level: Double) {
    let sizes = [3_333_333, 777_777, 11]
    let curves = sizes.map { elements in
      CurveAllocation.Curve(
        points: [.init(share: level, error: 0.1, saved: Int(level * Double(elements)))])
    }
    let zeros = sizes.reduce(0) { $0 + Int(level * Double($1)) }
    #expect(CurveAllocation(curves).shares(saving: zeros)?.prefix(2) == [level, level])
  }

  @Test("Of many weights at least as many go as they should, and hardly more")
  func large() throws {
    let curves = (1...40).map { index in
      curve(100_000 * index, [(0.5, 0.01 / Double(index)), (0.9, 0.1 / Double(index))])
    }
    let sizes = (1...40).map { 100_000 * $0 }
    let total = sizes.reduce(0, +)
    let shares = try #require(CurveAllocation(curves).shares(saving: total * 7 / 10))
    let zeros = zip(sizes, shares).reduce(0.0) { $0 + Double($1.0) * $1.1 }
    #expect(zeros >= Double(total) * 0.7 && zeros < Double(total) * 0.705)
  }

  @Test("What a share saves need not be proportional to it")
  func savings() throws {
    // The first saves nothing up to a half, and then as much as the second does all along.
    let late = CurveAllocation.Curve(points: [
      .init(share: 0.5, error: 0.1, saved: -5), .init(share: 1, error: 0.2, saved: 1000),
    ])
    let even = CurveAllocation.Curve(points: [.init(share: 1, error: 0.2, saved: 1000)])
    #expect(try #require(CurveAllocation([late, even]).shares(saving: 600)) == [0, 0.6])
    #expect(try #require(CurveAllocation([late, even]).shares(saving: 2000)) == [1, 1])
    let none = CurveAllocation.Curve(points: [.init(share: 1, error: 0.1, saved: 0)])
    #expect(try #require(CurveAllocation([none, even]).shares(saving: 600)) == [0, 0.6])
  }
}
