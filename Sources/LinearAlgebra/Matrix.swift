/// A matrix of doubles, row after row.
public struct Matrix: Sendable, Hashable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, `columns` of each row.
  public var values: [Double]

  /// Zeros, or whatever is repeated.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    self.init(rows: rows, columns: columns, [Double](repeating: value, count: rows * columns))
  }

  /// Takes elements over; there must be `rows` times `columns` of them.
  public init(rows: Int, columns: Int, _ values: [Double]) {
    precondition(values.count == rows * columns, "a matrix of another size")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Ones on the diagonal, or whatever is repeated.
  public static func diagonal(_ size: Int, repeating value: Double = 1) -> Matrix {
    var matrix = Matrix(rows: size, columns: size)
    for index in 0..<size { matrix[index, index] = value }
    return matrix
  }

  /// One element.
  @inlinable public subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The elements of a row.
  @inlinable public func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// The elements on the diagonal of a square matrix.
  public var diagonal: [Double] { (0..<rows).map { self[$0, $0] } }

  /// Rows and columns exchanged.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The rows and columns with these indices of a square matrix.
  public func submatrix(_ indices: [Int]) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity(indices.count * indices.count)
    for row in indices {
      let start = row * columns
      for column in indices { result.append(values[start + column]) }
    }
    return Matrix(rows: indices.count, columns: indices.count, result)
  }

  /// A rectangle.
  public func part(_ rows: Range<Int>, _ columns: Range<Int>) -> Matrix {
    Matrix(
      rows: rows.count, columns: columns.count,
      rows.flatMap { row in
        values[row * self.columns + columns.lowerBound..<row * self.columns + columns.upperBound]
      })
  }

  /// Copies what stands below the diagonal of a square matrix to above it.
  public mutating func mirrorLower() {
    for row in 0..<rows {
      for column in 0..<row { self[column, row] = self[row, column] }
    }
  }
}
