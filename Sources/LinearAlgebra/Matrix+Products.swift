internal import CKernels

extension Matrix {
  /// A factor of a product: a matrix as it is, or with rows and columns exchanged.
  public enum Factor {
    /// As it is.
    case plain(Matrix)
    /// Rows and columns exchanged, without a copy.
    case transposed(Matrix)

    var matrix: Matrix {
      switch self {
      case .plain(let matrix), .transposed(let matrix): matrix
      }
    }

    var isTransposed: Bool {
      if case .transposed = self { return true }
      return false
    }

    var rows: Int { isTransposed ? matrix.columns : matrix.rows }
    var columns: Int { isTransposed ? matrix.rows : matrix.columns }
  }

  /// Adds a product to the matrix, whose sizes must fit.
  ///
  /// Sums run in one order whatever the machine: the same bits everywhere. For a result known to be
  /// symmetric, `isLower` leaves out most of what lies above the diagonal; `mirrorLower` fills it.
  public mutating func add(_ left: Factor, times right: Factor, isLower: Bool = false) {
    multiply(left, right, subtracts: false, isLower: isLower, path: kernel_best_path())
  }

  /// Takes a product from the matrix, whose sizes must fit.
  public mutating func subtract(_ left: Factor, times right: Factor, isLower: Bool = false) {
    multiply(left, right, subtracts: true, isLower: isLower, path: kernel_best_path())
  }

  /// Takes a product from some of the columns.
  public mutating func subtract(_ left: Factor, times right: Factor, from columns: Range<Int>) {
    let product = Matrix.product(left, right)
    precondition(product.rows == rows && product.columns == columns.count, "other sizes")
    for row in 0..<rows {
      for (place, column) in columns.enumerated() { self[row, column] -= product[row, place] }
    }
  }

  /// The product of two matrices whose sizes fit.
  public static func product(_ left: Factor, _ right: Factor) -> Matrix {
    var result = Matrix(rows: left.rows, columns: right.columns)
    result.add(left, times: right)
    return result
  }

  mutating func multiply(
    _ left: Factor, _ right: Factor, subtracts: Bool, isLower: Bool, path: kernel_path
  ) {
    precondition(
      left.rows == rows && right.columns == columns && left.columns == right.rows,
      "factors of other sizes")
    var product = matrix_product()
    (product.rows, product.columns, product.inner) = (rows, columns, left.columns)
    product.left_stride = left.matrix.columns
    product.right_stride = right.matrix.columns
    product.result_stride = columns
    product.left_is_transposed = left.isTransposed
    product.right_is_transposed = right.isTransposed
    product.subtracts = subtracts
    product.is_lower = isLower
    left.matrix.values.withUnsafeBufferPointer { left in
      right.matrix.values.withUnsafeBufferPointer { right in
        values.withUnsafeMutableBufferPointer { result in
          product.left = left.baseAddress
          product.right = right.baseAddress
          product.result = result.baseAddress
          product.run(path)
        }
      }
    }
  }
}

extension matrix_product {
  /// Multiplies, with scratch memory of its own.
  func run(_ path: kernel_path) {
    guard rows > 0, columns > 0, inner > 0 else { return }
    withUnsafePointer(to: self) { product in
      let byteCount = matrix_scratch_count(product) * MemoryLayout<Double>.stride
      // Vectors that lie across two lines of the cache take twice as long to read.
      withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 64) { scratch in
        let scratch = scratch.bindMemory(to: Double.self)
        matrix_multiply(path, product, scratch.baseAddress)
      }
    }
  }
}
