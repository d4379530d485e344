internal import ByteStorage
internal import ModelGraph

/// Flatten: two axes out of many.
struct FlattenRule: ShapeRule {
  var operators: [String] { ["Flatten"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    let given = call.node.integer("axis", default: 1)
    let axis = given == rank ? rank : try call.axis(given, rank: max(rank, 1))
    let shape = [input.shape[..<axis].reduce(1, *), input.shape[axis...].reduce(1, *)]
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}
