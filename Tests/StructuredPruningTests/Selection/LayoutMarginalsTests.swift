import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct LayoutMarginalsTests {
  @Test func marginalsAddUpWhatStandsAtTheDigitsOfEachPosition() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let maker = RandomLayouts()
      let layout = maker.layout(using: &random)
      let digits = digits(of: layout, maker.table)
      let values = digits.indices.map { Double($0 * $0 % 17) }
      var expected: [DimensionID: [Double]] = [:]
      for (value, digits) in zip(values, digits) {
        for (id, index) in digits {
          let zeros = Array(repeating: 0.0, count: maker.table[id].size)
          expected[id, default: zeros][index] += value
        }
      }
      #expect(maker.table.marginals(of: layout, values) == expected)
    }
  }

  /// For each position the indices it has.
  private func digits(of layout: AxisLayout, _ table: DimensionTable) -> [[(DimensionID, Int)]] {
    layout.segments.flatMap { segment in
      segment.reduce([[]]) { outer, factor in
        outer.flatMap { outer in digits(of: factor, table).map { outer + $0 } }
      }
    }
  }

  private func digits(
    of factor: AxisLayout.Factor, _ table: DimensionTable
  ) -> [[(DimensionID, Int)]] {
    switch factor {
    case .fixed(let size): return Array(repeating: [], count: size)
    case .dimension(let id): return (0..<table[id].size).map { [(id, $0)] }
    case .sum(let layout): return digits(of: layout, table)
    case .interleaved(let parts):
      let parts = parts.map { digits(of: $0, table) }
      return (0..<table.size(factor)).map { parts[$0 % parts.count][$0 / parts.count] }
    }
  }
}
