internal import ByteStorage
internal import ModelGraph

/// Changes of the element type.
struct CastRule: ShapeRule {
  var operators: [String] { ["Cast", "CastLike", "Dropout"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    if call.node.operatorType == "Dropout" {
      return [input, try call.facts(input.shape, .bool)]
    }
    let type =
      call.node.operatorType == "CastLike"
      ? try call.input(1).elementType
      : call.number("to").flatMap { UInt8(exactly: $0) }.flatMap(ElementType.init)
    let elements = input.elements.flatMap { Self.cast($0, to: type) }
    return [try call.facts(input.shape, type, elements)]
  }

  private static func cast(_ elements: SmallElements, to type: ElementType?) -> SmallElements? {
    guard let type else { return nil }
    switch (elements, type) {
    case (.integers(let values), .bool): return .integers(values.map { $0 == 0 ? 0 : 1 })
    case (.reals(let values), .bool): return .integers(values.map { $0 == 0 ? 0 : 1 })
    case (.integers, _) where type.isInteger: return elements
    case (.reals(let values), _) where type.isInteger:
      guard values.allSatisfy({ $0.magnitude < 9e18 }) else { return nil }
      return .integers(values.map { Int($0) })
    case (_, _) where type.isFloat:
      return .reals(elements.reals.map { type == .float32 ? Double(Float($0)) : $0 })
    default: return nil
    }
  }
}
