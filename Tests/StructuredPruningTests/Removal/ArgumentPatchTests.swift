import Testing

@testable import StructuredPruning

@Suite struct ArgumentPatchTests {
  /// Accepts what means the wanted shape after `0` and `-1` are filled in from a source.
  private func reshape(_ wanted: [Int], from source: [Int]) -> @Sendable ([Int]) -> Bool {
    { ReshapeRule.effective($0, of: source, copiesZero: true) == wanted }
  }

  @Test func staticNumbersAreOneLiteral() {
    let patch = ArgumentPatch(
      wanted: [[4, 8], [4, 8]], current: [nil, nil],
      accepts: [{ $0 == [4, 8] }, { $0 == [4, 8] }])
    #expect(patch == .literal([4, 8]))
  }

  @Test func whatCopiesAnInputAxisIsZero() {
    let patch = ArgumentPatch(
      wanted: [[2, 16, 6, 8], [3, 24, 6, 8]], current: [nil, nil],
      accepts: [
        reshape([2, 16, 6, 8], from: [2, 16, 48]), reshape([3, 24, 6, 8], from: [3, 24, 48]),
      ])
    #expect(patch == .literal([0, 0, 6, 8]))
  }

  @Test func oneSizeThatNothingCopiesIsInferred() {
    let patch = ArgumentPatch(
      wanted: [[32, 48], [72, 48]], current: [nil, nil],
      accepts: [reshape([32, 48], from: [2, 16, 48]), reshape([72, 48], from: [3, 24, 48])])
    #expect(patch == .literal([-1, 48]))
  }

  @Test func computedNumbersAreScaledWhereNothingElseDoes() {
    let never: @Sendable ([Int]) -> Bool = { _ in false }
    let patch = ArgumentPatch(
      wanted: [[6, 10], [9, 10]], current: [[8, 20], [12, 20]], accepts: [never, never])
    #expect(patch == .scaled(by: [3, 1], over: [4, 2]))
  }

  @Test func whatIsNoMultipleHasNoPatch() {
    let never: @Sendable ([Int]) -> Bool = { _ in false }
    #expect(
      ArgumentPatch(wanted: [[6], [7]], current: [[8], [12]], accepts: [never, never]) == nil)
    #expect(
      ArgumentPatch(wanted: [[6], [9]], current: [nil, nil], accepts: [never, never]) == nil)
    #expect(
      ArgumentPatch(wanted: [[6], [9]], current: [[0], [0]], accepts: [never, never]) == nil)
  }

  @Test func everyScaleThatIsFoundIsRight() {
    let never: @Sendable ([Int]) -> Bool = { _ in false }
    for first in 0..<7 {
      for second in 0..<7 {
        for (one, two) in [(1, 2), (2, 3), (4, 6), (5, 5), (0, 3), (-1, -1)] {
          let patch = ArgumentPatch(
            wanted: [[first], [second]], current: [[one], [two]], accepts: [never, never])
          guard case .scaled(let factors, let divisors)? = patch else { continue }
          #expect(one * factors[0] / divisors[0] == first)
          #expect(two * factors[0] / divisors[0] == second)
        }
      }
    }
  }
}
