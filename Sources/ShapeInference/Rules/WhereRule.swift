internal import ByteStorage
internal import ModelGraph

/// Where: one or the other value, by a condition.
struct WhereRule: ShapeRule {
  var operators: [String] { ["Where"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let operands = [try call.input(0), try call.input(1), try call.input(2)]
    let shape = try Broadcasting.shape(of: operands.map(\.shape))
    let elements = Broadcasting.elements(operands, in: shape).flatMap { Self.chosen($0) }
    return [try call.facts(shape, operands[1].elementType, elements)]
  }

  private static func chosen(_ operands: [SmallElements]) -> SmallElements? {
    guard case .integers(let condition) = operands[0] else { return nil }
    if case .integers(let yes) = operands[1], case .integers(let no) = operands[2] {
      return .integers(condition.indices.map { condition[$0] != 0 ? yes[$0] : no[$0] })
    }
    let (yes, no) = (operands[1].reals, operands[2].reals)
    return .reals(condition.indices.map { condition[$0] != 0 ? yes[$0] : no[$0] })
  }
}
