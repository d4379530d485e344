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
