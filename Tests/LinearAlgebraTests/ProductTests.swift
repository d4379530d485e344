import CKernels
import Testing

@testable import LinearAlgebra

/// A reproducible matrix of numbers between -1 and 1.
func sampleMatrix(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return Matrix(
    rows: rows, columns: columns,
    (0..<rows * columns).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
    })
}

/// The product by its definition.
func naiveProduct(_ left: Matrix, _ right: Matrix) -> Matrix {
  var result = Matrix(rows: left.rows, columns: right.columns)
  for row in 0..<left.rows {
    for column in 0..<right.columns {
      for inner in 0..<left.columns {
        result[row, column] += left[row, inner] * right[inner, column]
      }
    }
  }
  return result
}

func largestDifference(_ left: Matrix, _ right: Matrix) -> Double {
  zip(left.values, right.values).map { abs($0 - $1) }.max() ?? 0
}

@Suite struct ProductTests {
  static let paths = [KERNEL_SCALAR, KERNEL_AVX2, KERNEL_AVX512].filter(kernel_path_is_supported)

  @Test("A product is the sum it is defined as, whatever is transposed", arguments: [0, 1, 2, 3])
  func definition(transposed: Int) {
    let sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 25]
    for rows in sizes {
      for columns in sizes {
        for inner in [1, 3, 8, 19] {
          let left = sampleMatrix(rows, inner, seed: UInt64(rows))
          let right = sampleMatrix(inner, columns, seed: UInt64(100 + columns))
          let product = Matrix.product(
            transposed & 1 == 0 ? .plain(left) : .transposed(left.transposed),
            transposed & 2 == 0 ? .plain(right) : .transposed(right.transposed))
          #expect(largestDifference(product, naiveProduct(left, right)) < 1e-13)
        }
      }
    }
  }

  @Test("Every path gives the same bits, also where pieces end")
  func paths() {
    let sizes = [(97, 33, 300), (8, 515, 257), (13, 17, 512), (99, 970, 3), (3, 12, 5), (5, 16, 7)]
    for (rows, columns, inner) in sizes {
      let left = sampleMatrix(rows, inner, seed: 5)
      let right = sampleMatrix(inner, columns, seed: 6)
      let results = Self.paths.map { path in
        var result = sampleMatrix(rows, columns, seed: 7)
        result.multiply(.plain(left), .plain(right), subtracts: true, isLower: false, path: path)
        return result
      }
      #expect(Set(results).count == 1)
      var expected = sampleMatrix(rows, columns, seed: 7)
      for (index, value) in naiveProduct(left, right).values.enumerated() {
        expected.values[index] -= value
      }
      #expect(largestDifference(results[0], expected) < 1e-12)
    }
  }

  @Test("Pieces are the same bits whichever way both factors lie", arguments: [1, 2, 3])
  func layouts(transposed: Int) {
    for (rows, columns, inner) in [(97, 33, 300), (23, 70, 259)] {
      let left = sampleMatrix(rows, inner, seed: 5)
      let right = sampleMatrix(inner, columns, seed: 6)
      let expected = Matrix.product(.plain(left), .plain(right))
      for path in Self.paths {
        var result = Matrix(rows: rows, columns: columns)
        result.multiply(
          transposed & 1 == 0 ? .plain(left) : .transposed(left.transposed),
          transposed & 2 == 0 ? .plain(right) : .transposed(right.transposed), subtracts: false,
          isLower: false, path: path)
        #expect(result == expected)
      }
    }
  }

  @Test("The lower half of a symmetric product is the same as in the whole one")
  func lower() {
    for size in [1, 7, 8, 40, 101] {
      let samples = sampleMatrix(50, size, seed: 3)
      let whole = Matrix.product(.transposed(samples), .plain(samples))
      var half = Matrix(rows: size, columns: size)
      half.add(.transposed(samples), times: .plain(samples), isLower: true)
      half.mirrorLower()
      #expect(half == whole)
    }
  }

  @Test("A matrix times itself is the same bits as times a copy", arguments: [false, true])
  func square(isPlain: Bool) {
    for (rows, columns) in [(300, 101), (3, 970), (259, 6)] {
      let samples = sampleMatrix(rows, columns, seed: 3)
      var copy = samples
      copy.values[0] = 2
      copy.values[0] = samples.values[0]
      let matrix = isPlain ? samples.transposed : samples
      let other = isPlain ? copy.transposed : copy
      for path in Self.paths {
        for isLower in [false, true] {
          var (own, expected) = (
            Matrix(rows: columns, columns: columns), Matrix(rows: columns, columns: columns)
          )
          own.multiply(
            isPlain ? .plain(matrix) : .transposed(matrix),
            isPlain ? .transposed(matrix) : .plain(matrix), subtracts: true, isLower: isLower,
            path: path)
          expected.multiply(
            isPlain ? .plain(matrix) : .transposed(matrix),
            isPlain ? .transposed(other) : .plain(other), subtracts: true, isLower: isLower,
            path: path)
          own.mirrorLower()
          expected.mirrorLower()
          #expect(own == expected)
        }
      }
    }
  }

  @Test("Nothing times nothing adds nothing")
  func empty() {
    var result = sampleMatrix(3, 3, seed: 1)
    let before = result
    result.add(.plain(Matrix(rows: 3, columns: 0)), times: .plain(Matrix(rows: 0, columns: 3)))
    #expect(result == before)
  }
}
