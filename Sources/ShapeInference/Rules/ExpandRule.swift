internal import ByteStorage
internal import ModelGraph

/// Expand: axes of one are stretched.
struct ExpandRule: ShapeRule {
  var operators: [String] { ["Expand"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let shape = try Broadcasting.shape(of: [input.shape, try call.numbers(1)])
    return [
      try call.facts(
        shape, input.elementType, Broadcasting.elements([input], in: shape)?.first)
    ]
  }
}
