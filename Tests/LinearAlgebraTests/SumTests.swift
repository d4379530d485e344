import Testing

@testable import LinearAlgebra

@Suite struct SumTests {
  @Test("Sums of columns are those of their elements, from the first row to the last")
  func columns() {
    for (rows, columns) in [(1, 1), (7, 3), (50, 17), (0, 5), (4, 0)] {
      let matrix = sampleMatrix(rows, columns, seed: 9)
      let before = sampleMatrix(1, columns, seed: 2).values
      var (sums, squares) = (before, before)
      matrix.addRows(to: &sums)
      matrix.addSquaredRows(to: &squares)
      for column in 0..<columns {
        let own = (0..<rows).map { matrix[$0, column] }
        #expect(sums[column] == own.reduce(before[column]) { $0 + $1 })
        #expect(squares[column] == own.reduce(before[column]) { $0 + $1 * $1 })
      }
    }
  }
}
