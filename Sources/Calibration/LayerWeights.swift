internal import ByteStorage
internal import Inference
internal import LinearAlgebra
internal import ModelGraph

extension LinearLayer {
  /// The matrices of all groups.
  ///
  /// Throws what reading the weights throws.
  func matrices(in model: Model) throws -> [Matrix] {
    let values = try model[tensor].doubles()
    return (0..<groups).map { group in
      var matrix = Matrix(rows: rows, columns: columns)
      for row in 0..<rows {
        let start = (group * rows + row) * rowStride
        for column in 0..<columns { matrix[row, column] = values[start + column * columnStride] }
      }
      return matrix
    }
  }

  /// The bias that the node adds itself; empty when there is none.
  ///
  /// Throws what reading it throws.
  func ownBias(in model: Model) throws -> [Double] {
    guard case .input(_, let tensor) = bias else { return [] }
    return try model[tensor].doubles()
  }

  /// The elements of a tensor that holds these matrices, as the tensor stores them.
  func contents(_ matrices: [Matrix], like tensor: Tensor) -> [UInt8] {
    var values = [Double](repeating: 0, count: tensor.shape.elementCount)
    for (group, matrix) in matrices.enumerated() {
      for row in 0..<rows {
        let start = (group * rows + row) * rowStride
        for column in 0..<columns { values[start + column * columnStride] = matrix[row, column] }
      }
    }
    return NumericArray.packed(values, tensor.elementType)
  }
}

extension Tensor {
  /// The elements of a tensor of plain floats.
  ///
  /// Throws what reading them throws.
  func doubles() throws -> [Double] {
    NumericArray(elementType: elementType, shape: shape, contents: try contents.bytes())?
      .doubles() ?? []
  }
}
