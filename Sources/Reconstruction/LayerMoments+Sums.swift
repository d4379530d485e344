public import LinearAlgebra

// Sums of inputs that are kept, without what the outputs should be.
extension LayerMoments {
  /// Sums of inputs for a layer whose outputs are what weights and a bias, which may be empty, make of
  /// them; of `products` there are as many as pairs of inputs, the lower triangle row by row.
  public init(
    count: Int, inputs sums: [Double], products: [Double], of weights: Matrix, bias: [Double]
  ) {
    var whole = Matrix(rows: sums.count, columns: sums.count)
    var place = 0
    for row in sums.indices {
      for column in 0...row {
        whole[row, column] = products[place]
        place += 1
      }
    }
    let gram = whole
    whole.mirrorLower()
    var cross = Matrix.product(.plain(weights), .plain(whole))
    var (outputs, squares): ([Double], [Double]) = ([], [])
    for row in 0..<weights.rows {
      let sum = Self.dot(weights.row(row), sums[...])
      let own = bias.isEmpty ? 0 : bias[row]
      outputs.append(sum + own * Double(count))
      squares.append(
        Self.dot(cross.row(row), weights.row(row)) + 2 * own * sum + own * own * Double(count))
      for column in sums.indices { cross[row, column] += own * sums[column] }
    }
    self.init(
      count: count, inputs: sums, outputs: outputs, outputSquares: squares, gram: gram, cross: cross
    )
  }

  /// The sums of each input.
  public var inputSums: [Double] { inputs }

  /// The sums of the products of two inputs, the lower triangle row by row.
  public var inputProductSums: [Double] {
    (0..<gram.rows).flatMap { gram.row($0).prefix($0 + 1) }
  }

  private static func dot(_ first: ArraySlice<Double>, _ second: ArraySlice<Double>) -> Double {
    zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
