internal import ByteStorage
internal import ModelGraph

/// TopK.
struct TopKRule: ShapeRule {
  var operators: [String] { ["TopK"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let axis = try call.axis(call.node.integer("axis", default: -1), rank: input.shape.count)
    var given = call.number("k")
    if given == nil { given = try call.numbers(1).first }
    guard let count = given else { throw .unknownElements(1) }
    var shape = input.shape
    shape[axis] = count
    return [try call.facts(shape, input.elementType), try call.facts(shape, .int64)]
  }
}
