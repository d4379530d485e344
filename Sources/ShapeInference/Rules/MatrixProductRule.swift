internal import ByteStorage
internal import ModelGraph

/// Matrix products, batched with broadcasting.
struct MatrixProductRule: ShapeRule {
  var operators: [String] {
    ["MatMul", "MatMulInteger", "QLinearMatMul", "com.microsoft.FusedMatMul"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let isQuantized = call.node.operatorType == "QLinearMatMul"
    var left = try call.shape(0, minimumRank: 1)
    var right = try call.shape(isQuantized ? 3 : 1, minimumRank: 1)
    if call.node.integer("transA") != 0, left.count > 1 {
      left.swapAt(left.count - 1, left.count - 2)
    }
    if call.node.integer("transB") != 0, right.count > 1 {
      right.swapAt(right.count - 1, right.count - 2)
    }
    let isRow = left.count == 1
    let isColumn = right.count == 1
    if isRow { left.insert(1, at: 0) }
    if isColumn { right.append(1) }
    guard left[left.count - 1] == right[right.count - 2] else {
      throw .contradiction("matrices of \(left) and \(right) cannot be multiplied")
    }
    var shape = try Broadcasting.shape(of: [Array(left.dropLast(2)), Array(right.dropLast(2))])
    if !isRow { shape.append(left[left.count - 2]) }
    if !isColumn { shape.append(right[right.count - 1]) }
    let type: ElementType? =
      switch call.node.operatorType {
      case "MatMulInteger": .int32
      case "QLinearMatMul": call.optional(7)?.elementType
      default: call.optional(0)?.elementType
      }
    return try call.output(shape, type)
  }
}
