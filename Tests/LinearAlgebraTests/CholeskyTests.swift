import Testing

@testable import LinearAlgebra

@Suite struct CholeskyTests {
  /// A symmetric positive definite matrix.
  private func sample(_ size: Int) -> Matrix {
    let factor = sampleMatrix(size, size, seed: UInt64(size))
    var matrix = Matrix.diagonal(size, repeating: 0.5)
    matrix.add(.plain(factor), times: .transposed(factor))
    return matrix
  }

  @Test(
    "The solution solves, at every size around the blocks",
    arguments: [1, 2, 5, 47, 48, 49, 96, 130])
  func solutions(size: Int) throws {
    let matrix = sample(size)
    let expected = sampleMatrix(size, 1, seed: 9)
    let side = naiveProduct(matrix, expected).values
    let solution = try #require(Cholesky(matrix)).solution(of: side)
    #expect(zip(solution, expected.values).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  @Test("Each of many right-hand sides is solved as it is alone", arguments: [1, 2, 3, 4, 5, 11])
  func sides(count: Int) throws {
    let factor = try #require(Cholesky(sample(61)))
    let sides = sampleMatrix(count, 61, seed: 8)
    var together = sides
    factor.solve(rows: &together)
    for row in 0..<count {
      #expect(Array(together.row(row)) == factor.solution(of: Array(sides.row(row))))
    }
  }

  @Test("What the triangle is divided out of is there again", arguments: [1, 48, 61])
  func triangles(size: Int) throws {
    let factor = try #require(Cholesky(sample(size)))
    let sides = sampleMatrix(3, size, seed: 8)
    var divided = sides
    factor.solveLower(rows: &divided)
    #expect(largestDifference(naiveProduct(divided, factor.triangle.transposed), sides) < 1e-10)
  }

  @Test("The inverse inverts and is symmetric", arguments: [1, 3, 48, 61, 100, 150])
  func inverses(size: Int) throws {
    let matrix = sample(size)
    let inverse = try #require(Cholesky(matrix)).inverse
    #expect(largestDifference(naiveProduct(matrix, inverse), .diagonal(size)) < 1e-8)
    #expect(inverse == inverse.transposed)
  }

  @Test("Only the lower triangle is read")
  func lowerTriangle() throws {
    var matrix = sample(60)
    let whole = try #require(Cholesky(matrix)).inverse
    for row in 0..<60 {
      for column in (row + 1)..<max(row + 1, 60) { matrix[row, column] = .nan }
    }
    #expect(try #require(Cholesky(matrix)).inverse == whole)
  }

  @Test("What is not positive definite has no factor", arguments: [0.0, -1, .nan, .infinity])
  func indefinite(value: Double) {
    var matrix = sample(70)
    matrix[60, 60] = value
    #expect(Cholesky(matrix) == nil)
    #expect(Cholesky(Matrix(rows: 2, columns: 2, [1, 1, 1, 1])) == nil)
  }
}
