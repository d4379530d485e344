internal import ByteStorage
internal import ModelGraph

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Arithmetic on two or more values, position by position.
struct ArithmeticRule: ShapeRule {
  var operators: [String] {
    [
      "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Max", "Min", "Mean", "Sum", "BitShift",
      "BitwiseAnd", "BitwiseOr", "BitwiseXor", "PRelu", "com.microsoft.BiasGelu",
      "com.microsoft.FastGelu", "com.microsoft.QLinearAdd", "com.microsoft.QLinearMul",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let first = try call.input()
    var operands = call.inputs.compactMap(\.self)
    guard operands.count == call.node.inputs.count(where: { !$0.isEmpty }) else {
      throw .unknownInput(1)
    }
    if ["QLinearAdd", "QLinearMul"].contains(call.node.operatorType) {
      operands = [try call.input(0), try call.input(3)]
    }
    let shape = try Broadcasting.shape(of: operands.map(\.shape))
    let elements = Broadcasting.elements(operands, in: shape).flatMap { combine($0, call.node) }
    return [try call.facts(shape, first.elementType, elements)]
  }

  private func combine(_ operands: [SmallElements], _ node: Node) -> SmallElements? {
    guard let first = operands.first else { return nil }
    if operands.count == 1 { return first }
    var result = first
    for operand in operands.dropFirst() {
      guard let next = combine(result, operand, node) else { return nil }
      result = next
    }
    return result
  }

  private func combine(
    _ left: SmallElements, _ right: SmallElements, _ node: Node
  ) -> SmallElements? {
    if case .integers(let a) = left, case .integers(let b) = right {
      var result: [Int] = []
      result.reserveCapacity(a.count)
      for (a, b) in zip(a, b) {
        guard let value = Self.integer(a, b, node) else { return nil }
        result.append(value)
      }
      return .integers(result)
    }
    var result: [Double] = []
    for (a, b) in zip(left.reals, right.reals) {
      guard let value = Self.real(a, b, node) else { return nil }
      result.append(value)
    }
    return .reals(result)
  }

  private static func integer(_ a: Int, _ b: Int, _ node: Node) -> Int? {
    switch node.operatorType {
    case "Add": return exact(a.addingReportingOverflow(b))
    case "Sub": return exact(a.subtractingReportingOverflow(b))
    case "Mul": return exact(a.multipliedReportingOverflow(by: b))
    case "Div": return exact(a.dividedReportingOverflow(by: b))
    case "Mod":
      guard let remainder = exact(a.remainderReportingOverflow(dividingBy: b)) else { return nil }
      let takesDivisorsSign = node.integer("fmod") == 0
      return takesDivisorsSign && remainder != 0 && (remainder < 0) != (b < 0)
        ? remainder + b : remainder
    case "Max": return max(a, b)
    case "Min": return min(a, b)
    case "Pow":
      let power = pow(Double(a), Double(b))
      return power.magnitude < 9e15 ? Int(power) : nil
    default: return nil
    }
  }

  private static func exact(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }

  private static func real(_ a: Double, _ b: Double, _ node: Node) -> Double? {
    switch node.operatorType {
    case "Add": a + b
    case "Sub": a - b
    case "Mul": a * b
    case "Div": a / b
    case "Pow": pow(a, b)
    case "Max": max(a, b)
    case "Min": min(a, b)
    case "Mod": fmod(a, b)
    default: nil
    }
  }
}

/// Functions of one value, position by position.
struct UnaryRule: ShapeRule {
  var operators: [String] {
    [
      "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "BitwiseNot", "Ceil", "Celu",
      "Clip",
      "Cos", "Cosh", "CumSum", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish",
      "Hardmax", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "LogSoftmax", "LRN", "Mish",
      "Neg",
      "Not", "Reciprocal", "Relu", "Round", "Selu", "Shrink", "Sigmoid", "Sign", "Sin", "Sinh",
      "Softmax", "Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "ThresholdedRelu", "Trilu",
      "LpNormalization", "MeanVarianceNormalization", "com.microsoft.Gelu",
      "com.microsoft.QuickGelu", "com.microsoft.QLinearSigmoid", "com.microsoft.QLinearLeakyRelu",
      "com.microsoft.QLinearSoftmax",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let gives: ElementType? =
      ["IsInf", "IsNaN", "Not"].contains(call.node.operatorType) ? .bool : input.elementType
    let elements = input.elements.flatMap { Self.apply(call.node.operatorType, $0) }
    return [try call.facts(input.shape, gives, elements)]
  }

  private static func apply(_ name: ByteString, _ elements: SmallElements) -> SmallElements? {
    if name == "Identity" { return elements }
    switch elements {
    case .integers(let values):
      switch name {
      case "Abs": return .integers(values.map { Int(clamping: $0.magnitude) })
      case "Neg": return .integers(values.map { 0 &- $0 })
      case "Sign": return .integers(values.map { $0.signum() })
      case "Not": return .integers(values.map { $0 == 0 ? 1 : 0 })
      case "Relu": return .integers(values.map { max($0, 0) })
      default: return nil
      }
    case .reals(let values):
      return function(name).map { .reals(values.map($0)) }
    }
  }

  private static func function(_ name: ByteString) -> ((Double) -> Double)? {
    switch name {
    case "Abs": { $0.magnitude }
    case "Neg": { -$0 }
    case "Sqrt": { $0.squareRoot() }
    case "Floor": { $0.rounded(.down) }
    case "Ceil": { $0.rounded(.up) }
    case "Round": { $0.rounded(.toNearestOrEven) }
    case "Reciprocal": { 1 / $0 }
    case "Exp": { exp($0) }
    case "Log": { log($0) }
    case "Relu": { max($0, 0) }
    default: nil
    }
  }
}

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
