import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct CurveAllocationTests {
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
    let curves = [20, 50, 10].map { elements in
      var error = 0.0
      return CurveAllocation.Curve(
        elements: elements,
        points: [0.3, 0.6, 0.9].map { share in
          error += Double.random(in: -0.05...0.3, using: &generator)
          return (share: share, error: error)
        })
    }
    for zeros in [0, 1, 8, 24, 40, 60, 69] {
      let shares = try #require(CurveAllocation(curves).shares(zeros: zeros))
      let reached = zip(curves, shares).reduce(0) {
        $0 + $1.0.elements * Int(($1.1 * 100).rounded()) / 100
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
    let known = CurveAllocation.Curve(elements: 100, points: [(0.5, 0.1), (0.8, 0.2)])
    let unknown = CurveAllocation.Curve(elements: 100, points: [(0.5, 0.1), (0.8, nil)])
    #expect(CurveAllocation([known, unknown]).shares(zeros: 130) == [0.8, 0.5])
    #expect(CurveAllocation([known, unknown]).shares(zeros: 131) == nil)
    #expect(CurveAllocation([]).shares(zeros: 0) == [])
    #expect(CurveAllocation([]).shares(zeros: 1) == nil)
  }

  @Test("The highest level of all is reached, however the parts fall", arguments: [0.8, 0.29])
  func highest(level: Double) {
    let curves = [3_333_333, 777_777, 11].map { elements in
      CurveAllocation.Curve(elements: elements, points: [(level, 0.1)])
    }
    let zeros = curves.reduce(0) { $0 + Int(level * Double($1.elements)) }
    #expect(CurveAllocation(curves).shares(zeros: zeros)?.prefix(2) == [level, level])
  }

  @Test("Of many weights at least as many go as they should, and hardly more")
  func large() throws {
    let curves = (1...40).map { index in
      CurveAllocation.Curve(
        elements: 100_000 * index,
        points: [(0.5, 0.01 / Double(index)), (0.9, 0.1 / Double(index))])
    }
    let total = curves.reduce(0) { $0 + $1.elements }
    let shares = try #require(CurveAllocation(curves).shares(zeros: total * 7 / 10))
    let zeros = zip(curves, shares).reduce(0.0) { $0 + Double($1.0.elements) * $1.1 }
    #expect(zeros >= Double(total) * 0.7 && zeros < Double(total) * 0.705)
  }
}
