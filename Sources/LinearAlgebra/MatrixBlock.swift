internal import CKernels

/// A rectangle of a matrix in memory that somebody else owns.
struct MatrixBlock {
  let base: UnsafeMutablePointer<Double>
  let rows: Int
  let columns: Int
  /// Elements from one row to the next.
  let stride: Int

  /// A rectangle of this one.
  func part(_ rows: Range<Int>, _ columns: Range<Int>) -> MatrixBlock {
    MatrixBlock(
      base: base + rows.lowerBound * stride + columns.lowerBound, rows: rows.count,
      columns: columns.count, stride: stride)
  }

  subscript(row: Int, column: Int) -> Double {
    get { base[row &* stride &+ column] }
    nonmutating set { base[row &* stride &+ column] = newValue }
  }

  /// Takes left times right off, or left times the transposed right.
  func subtract(
    _ left: MatrixBlock, times right: MatrixBlock, isRightTransposed: Bool = false,
    isLower: Bool = false
  ) {
    var product = matrix_product()
    (product.rows, product.columns, product.inner) = (rows, columns, left.columns)
    (product.left, product.right, product.result) = (.init(left.base), .init(right.base), base)
    (product.left_stride, product.right_stride) = (left.stride, right.stride)
    product.result_stride = stride
    product.right_is_transposed = isRightTransposed
    product.subtracts = true
    product.is_lower = isLower
    product.run(kernel_best_path())
  }
}

extension Matrix {
  /// Gives the elements to somebody who changes them in place.
  mutating func withBlock(_ body: (MatrixBlock) -> Void) {
    let (rows, columns) = (rows, columns)
    values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      body(MatrixBlock(base: base, rows: rows, columns: columns, stride: columns))
    }
  }

  /// Gives the elements to somebody who only reads them.
  func withReadBlock(_ body: (MatrixBlock) -> Void) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      body(
        MatrixBlock(
          base: UnsafeMutablePointer(mutating: base), rows: rows, columns: columns, stride: columns)
      )
    }
  }
}
