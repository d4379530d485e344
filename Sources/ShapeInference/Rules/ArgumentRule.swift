internal import ByteStorage
internal import ModelGraph

/// ArgMax and ArgMin.
struct ArgumentRule: ShapeRule {
  var operators: [String] { ["ArgMax", "ArgMin"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    var shape = try call.shape()
    let axis = try call.axis(call.node.integer("axis"), rank: shape.count)
    if call.node.integer("keepdims", default: 1) != 0 {
      shape[axis] = 1
    } else {
      shape.remove(at: axis)
    }
    return try call.output(shape, .int64)
  }
}
