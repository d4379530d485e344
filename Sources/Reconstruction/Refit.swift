public import LinearAlgebra

extension LayerProblem {
  /// The weights with the smallest error among those that are zero outside of a support.
  ///
  /// Exact least squares, row by row: V[r, S] = B[r, S] A[S, S]^-1. Rows that have no solution keep
  /// their dense weights on the support.
  public func refit(on support: Support) -> Matrix {
    guard support.zeroCount > 0 else { return best }
    var result = support.applied(to: dense)
    for row in 0..<rows {
      let columns = support.columns(keptIn: row)
      guard !columns.isEmpty, let factor = Cholesky(gram.submatrix(columns)) else { continue }
      let solution = factor.solution(of: columns.map { target[row, $0] })
      for (column, value) in zip(columns, solution) { result[row, column] = value }
    }
    return result
  }
}
