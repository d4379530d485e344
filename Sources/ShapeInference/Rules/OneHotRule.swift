internal import ByteStorage
internal import ModelGraph

/// OneHot.
struct OneHotRule: ShapeRule {
  var operators: [String] { ["OneHot"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let indices = try call.shape(0)
    guard let depth = call.optional(1)?.elements?.reals.first, depth >= 0, depth < 1e15 else {
      throw .unknownElements(1)
    }
    let rank = indices.count + 1
    let axis = try call.axis(call.node.integer("axis", default: -1), rank: rank)
    var shape = indices
    shape.insert(Int(depth), at: axis)
    return try call.output(shape, call.optional(2)?.elementType)
  }
}
