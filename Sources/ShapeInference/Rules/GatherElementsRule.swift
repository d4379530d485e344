internal import ByteStorage
internal import ModelGraph

/// GatherElements: single elements picked along one axis.
struct GatherElementsRule: ShapeRule {
  var operators: [String] { ["GatherElements"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    try call.output(try call.shape(1), try call.input().elementType)
  }
}
