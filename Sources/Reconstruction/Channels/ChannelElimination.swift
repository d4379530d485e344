internal import LinearAlgebra

/// One layer while channels go, the others making up for them.
///
/// Removing the inputs Q costs tr(W_Q (A^-1_QQ)^-1 W_Q^T), and turns W into
/// W - W_Q (A^-1_QQ)^-1 A^-1_Q. Of W nothing counts but W^T W, which a removal changes by as few products
/// as A^-1: no step goes through the rows of W.
struct ChannelElimination {
  /// For each channel its inputs' places in both matrices.
  private var places: [[Int]]
  /// W^T W, each row of W times the root of what its error counts: the lower triangle.
  private var products: Matrix
  /// A^-1: the lower triangle.
  private var inverse: Matrix
  private var isGone: [Bool]

  /// Nil when the inputs have no usable covariance.
  init?(_ consumer: ChannelProblem.Consumer) {
    guard let inverse = Cholesky(consumer.problem.gram)?.inverse else { return nil }
    var weights = consumer.problem.best
    for (row, weight) in consumer.outputWeights.enumerated() {
      for column in 0..<weights.columns { weights[row, column] *= weight.squareRoot() }
    }
    products = Matrix(rows: inverse.rows, columns: inverse.rows)
    products.add(.transposed(weights), times: .plain(weights), isLower: true)
    (places, self.inverse) = (consumer.columns, inverse)
    isGone = [Bool](repeating: false, count: inverse.rows)
  }

  /// What removing a channel costs now; nothing for one without inputs, or that others are the same as.
  func loss(of channel: Int) -> Double {
    let own = places[channel]
    if own.count == 1, inverse[own[0], own[0]] > 0 {
      return products[own[0], own[0]] / inverse[own[0], own[0]]
    }
    guard !own.isEmpty, let factor = Cholesky(inverse.submatrix(own)) else { return 0 }
    var sides = products.symmetric(own)
    factor.solve(rows: &sides)
    return sides.diagonal.reduce(0, +)
  }

  /// Removes a channel.
  mutating func remove(_ channel: Int) {
    let gone = places[channel]
    guard !gone.isEmpty, let factor = Cholesky(inverse.submatrix(gone)) else { return }
    let side = inverse.lowerColumns(gone)
    var solved = side
    factor.solve(rows: &solved)
    // P - H S^T - S H^T, where H is P_Q (A^-1_QQ)^-1 less half of what both terms take twice.
    var half = products.lowerColumns(gone)
    half.subtract(
      .plain(solved.scaled(by: 0.5)), times: .plain(products.symmetric(gone)))
    factor.solve(rows: &half)
    products.subtract(
      .plain(half.beside(side)), times: .transposed(side.beside(half)), isLower: true)
    inverse.subtract(.plain(solved), times: .transposed(side), isLower: true)
    for place in gone { isGone[place] = true }
    places[channel] = []
    if isGone.count(where: \.self) * 4 > isGone.count { compact() }
  }

  /// Leaves out what is gone.
  private mutating func compact() {
    let kept = isGone.indices.filter { !isGone[$0] }
    var moved = [Int](repeating: 0, count: isGone.count)
    for (place, old) in kept.enumerated() { moved[old] = place }
    (products, inverse) = (products.submatrix(kept), inverse.submatrix(kept))
    places = places.map { $0.map { moved[$0] } }
    isGone = [Bool](repeating: false, count: kept.count)
  }
}

// Symmetric matrices of which only the lower triangle is kept; indices rise.
extension Matrix {
  /// The rows and columns with these indices, both triangles.
  fileprivate func symmetric(_ indices: [Int]) -> Matrix {
    var result = submatrix(indices)
    result.mirrorLower()
    return result
  }

  /// Some columns.
  fileprivate func lowerColumns(_ chosen: [Int]) -> Matrix {
    var result = Matrix(rows: rows, columns: chosen.count)
    for row in 0..<rows {
      for (place, column) in chosen.enumerated() {
        result[row, place] = row < column ? self[column, row] : self[row, column]
      }
    }
    return result
  }

  /// The columns of both.
  fileprivate func beside(_ other: Matrix) -> Matrix {
    Matrix(
      rows: rows, columns: columns + other.columns,
      (0..<rows).flatMap { row($0) + other.row($0) })
  }

  fileprivate func scaled(by factor: Double) -> Matrix {
    Matrix(rows: rows, columns: columns, values.map { factor * $0 })
  }
}
