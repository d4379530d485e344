extension Matrix {
  /// Adds every row to sums of the columns, one row after the other.
  public func addRows(to sums: inout [Double]) {
    add(to: &sums) { $0 }
  }

  /// Adds the squares of every row to sums of the columns, one row after the other.
  public func addSquaredRows(to sums: inout [Double]) {
    add(to: &sums) { $0 * $0 }
  }

  // Without checks of every index, which would keep the loop from being one over vectors.
  @inline(__always)
  private func add(to sums: inout [Double], _ term: (Double) -> Double) {
    precondition(sums.count == columns, "sums of other columns")
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for start in stride(from: 0, to: values.count, by: max(1, columns)) {
          for column in sums.indices { sums[column] += term(values[start &+ column]) }
        }
      }
    }
  }
}
