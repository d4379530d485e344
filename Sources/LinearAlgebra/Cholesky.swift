/// The lower triangle L of a symmetric positive definite matrix L L^T.
///
/// Golub and Van Loan, "Matrix Computations" (4th ed.), 4.2.9: blocks of columns from left to right,
/// so that most of the work is products of matrices.
public struct Cholesky: Sendable {
  /// Columns that are factored one by one, before all behind them are brought up to date at once.
  private static let blockSize = 48

  /// The triangle; what stands above the diagonal has no meaning.
  private var lower: Matrix

  /// Factors a symmetric matrix of which only the lower triangle is read; nil unless it is positive
  /// definite.
  public init?(_ matrix: Matrix) {
    precondition(matrix.rows == matrix.columns, "only square matrices have a Cholesky factor")
    lower = matrix
    var isDefinite = true
    let blocks = blocks
    let size = matrix.rows
    lower.withBlock { lower in
      for block in blocks where isDefinite {
        isDefinite = Self.factor(lower.part(block, block))
        guard isDefinite else { return }
        let behind = block.upperBound..<size
        let panel = lower.part(behind, block)
        Self.divide(panel, by: lower.part(block, block))
        lower.part(behind, behind)
          .subtract(panel, times: panel, isRightTransposed: true, isLower: true)
      }
    }
    guard isDefinite else { return nil }
  }

  /// Solves X L^T = B in place: every row of `sides` is a right-hand side and becomes its solution.
  public func solveLower(rows sides: inout Matrix) {
    precondition(sides.columns == lower.rows, "right-hand sides of another length")
    sides.withBlock { sides in
      lower.withReadBlock { lower in
        let all = 0..<sides.rows
        for block in blocks {
          let before = 0..<block.lowerBound
          sides.part(all, block).subtract(
            sides.part(all, before), times: lower.part(block, before), isRightTransposed: true)
          Self.divide(sides.part(all, block), by: lower.part(block, block))
        }
      }
    }
  }

  /// Solves X A = B in place: every row of `sides` is a right-hand side and becomes its solution.
  public func solve(rows sides: inout Matrix) {
    solveLower(rows: &sides)
    let size = sides.columns
    sides.withBlock { sides in
      lower.withReadBlock { lower in
        let all = 0..<sides.rows
        for block in blocks.reversed() {
          let behind = block.upperBound..<size
          sides.part(all, block).subtract(
            sides.part(all, behind), times: lower.part(behind, block))
          Self.divide(sides.part(all, block), byTransposed: lower.part(block, block))
        }
      }
    }
  }

  /// The solution of A x = b.
  public func solution(of side: [Double]) -> [Double] {
    var sides = Matrix(rows: 1, columns: side.count, side)
    solve(rows: &sides)
    return sides.values
  }

  /// L, zeros above its diagonal.
  public var triangle: Matrix {
    var result = lower
    for row in 0..<result.rows {
      for column in row + 1..<max(row + 1, result.columns) { result[row, column] = 0 }
    }
    return result
  }

  /// The inverse of the matrix.
  public var inverse: Matrix {
    var result = Matrix.diagonal(lower.rows)
    solve(rows: &result)
    // Both halves are the same but for rounding.
    result.mirrorLower()
    return result
  }

  private var blocks: [Range<Int>] {
    stride(from: 0, to: lower.rows, by: Self.blockSize).map {
      $0..<min($0 + Self.blockSize, lower.rows)
    }
  }

  /// Factors a small matrix in place; false unless it is positive definite.
  private static func factor(_ block: MatrixBlock) -> Bool {
    for column in 0..<block.columns {
      var pivot = block[column, column]
      for inner in 0..<column { pivot -= block[column, inner] * block[column, inner] }
      guard pivot > 0, pivot.isFinite else { return false }
      block[column, column] = pivot.squareRoot()
      divide(
        block.part(column + 1..<block.rows, 0..<column + 1),
        by: block.part(0..<column + 1, 0..<column + 1), from: column)
    }
    return true
  }

  /// Solves X L^T = B in place for small L, from a column on.
  ///
  /// Rows do not depend on each other: of four at once no sum waits for its own last step.
  private static func divide(_ sides: MatrixBlock, by lower: MatrixBlock, from first: Int = 0) {
    let whole = sides.rows - sides.rows % 4
    for row in stride(from: 0, to: whole, by: 4) {
      for column in first..<lower.columns {
        var sums = (
          sides[row, column], sides[row + 1, column], sides[row + 2, column],
          sides[row + 3, column]
        )
        for inner in 0..<column {
          let factor = lower[column, inner]
          sums.0 -= sides[row, inner] * factor
          sums.1 -= sides[row + 1, inner] * factor
          sums.2 -= sides[row + 2, inner] * factor
          sums.3 -= sides[row + 3, inner] * factor
        }
        let pivot = lower[column, column]
        sides[row, column] = sums.0 / pivot
        sides[row + 1, column] = sums.1 / pivot
        sides[row + 2, column] = sums.2 / pivot
        sides[row + 3, column] = sums.3 / pivot
      }
    }
    for row in whole..<sides.rows {
      for column in first..<lower.columns {
        var sum = sides[row, column]
        for inner in 0..<column { sum -= sides[row, inner] * lower[column, inner] }
        sides[row, column] = sum / lower[column, column]
      }
    }
  }

  /// Solves X L = B in place for small L.
  private static func divide(_ sides: MatrixBlock, byTransposed lower: MatrixBlock) {
    for row in 0..<sides.rows {
      for column in stride(from: lower.columns - 1, through: 0, by: -1) {
        let value = sides[row, column] / lower[column, column]
        sides[row, column] = value
        for inner in 0..<column { sides[row, inner] -= value * lower[column, inner] }
      }
    }
  }
}
