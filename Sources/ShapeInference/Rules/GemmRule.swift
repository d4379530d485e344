internal import ByteStorage
internal import ModelGraph

/// Gemm: a matrix product of two matrices, and a summand.
struct GemmRule: ShapeRule {
  var operators: [String] { ["Gemm"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let left = try call.shape(0, minimumRank: 2)
    let right = try call.shape(1, minimumRank: 2)
    let (transposesA, transposesB) = (
      call.node.integer("transA") != 0, call.node.integer("transB") != 0
    )
    guard left.count == 2, right.count == 2,
      left[transposesA ? 0 : 1] == right[transposesB ? 1 : 0]
    else { throw .contradiction("matrices of \(left) and \(right) cannot be multiplied") }
    let shape = [left[transposesA ? 1 : 0], right[transposesB ? 0 : 1]]
    if let summand = call.optional(2) {
      guard try Broadcasting.shape(of: [shape, summand.shape]) == shape else {
        throw .contradiction("a summand of \(summand.shape) does not fit \(shape)")
      }
    }
    return try call.output(shape, call.optional(0)?.elementType)
  }
}
