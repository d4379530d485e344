internal import ByteStorage
internal import ModelGraph

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

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
