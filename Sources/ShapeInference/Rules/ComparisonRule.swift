internal import ByteStorage
internal import ModelGraph

/// Comparisons and logic.
struct ComparisonRule: ShapeRule {
  var operators: [String] {
    ["Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let operands = [try call.input(0), try call.input(1)]
    let shape = try Broadcasting.shape(of: operands.map(\.shape))
    let elements = Broadcasting.elements(operands, in: shape).map { operands -> SmallElements in
      if case .integers(let a) = operands[0], case .integers(let b) = operands[1] {
        return .integers(zip(a, b).map { Self.holds(call.node.operatorType, $0, $1) ? 1 : 0 })
      }
      return .integers(
        zip(operands[0].reals, operands[1].reals).map {
          Self.holds(call.node.operatorType, $0, $1) ? 1 : 0
        })
    }
    return [try call.facts(shape, .bool, elements)]
  }

  private static func holds<T: Comparable & Numeric>(_ name: ByteString, _ a: T, _ b: T) -> Bool {
    switch name {
    case "Equal": a == b
    case "Less": a < b
    case "LessOrEqual": a <= b
    case "Greater": a > b
    case "GreaterOrEqual": a >= b
    case "And": a != 0 && b != 0
    case "Or": a != 0 || b != 0
    default: (a != 0) != (b != 0)
    }
  }
}
