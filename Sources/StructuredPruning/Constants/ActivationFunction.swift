internal import ByteStorage
internal import ModelGraph

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// An operator that makes each number another, as the ONNX operator specification defines it.
struct ActivationFunction: Sendable {
  private let function: @Sendable (Float) -> Float

  /// The number that becomes of one; of one that is not known, none that is.
  func callAsFunction(_ number: Float) -> Float { number.isNaN ? .nan : function(number) }

  /// The function of a node of the standard domain; nil for an operator that is none.
  init?(_ node: Node) {
    guard let function = Self.plain(node.operatorType) ?? Self.shaped(node) else { return nil }
    self.function = function
  }

  private static func plain(_ name: ByteString) -> (@Sendable (Float) -> Float)? {
    switch name {
    case "Abs": { $0.magnitude }
    case "Ceil": { $0.rounded(.up) }
    case "Cos": { cos($0) }
    case "Erf": { erf($0) }
    case "Exp": { exp($0) }
    case "Floor": { $0.rounded(.down) }
    case "HardSwish": { $0 * min(max($0 / 6 + 0.5, 0), 1) }
    case "Log": { log($0) }
    case "Mish": { $0 * tanh(log1p(exp($0))) }
    case "Neg": { -$0 }
    case "Reciprocal": { 1 / $0 }
    case "Relu": { $0 < 0 ? 0 : $0 }
    case "Round": { $0.rounded(.toNearestOrEven) }
    case "Sigmoid": { 1 / (1 + exp(-$0)) }
    case "Sign": { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case "Sin": { sin($0) }
    case "Softplus": { log1p(exp($0)) }
    case "Softsign": { $0 / (1 + $0.magnitude) }
    case "Sqrt": { $0.squareRoot() }
    case "Tanh": { tanh($0) }
    default: nil
    }
  }

  /// Functions with attributes.
  private static func shaped(_ node: Node) -> (@Sendable (Float) -> Float)? {
    func alpha(_ fallback: Float) -> Float { node.float("alpha", default: fallback) }
    switch node.operatorType {
    case "Celu":
      let alpha = alpha(1)
      return { max(0, $0) + min(0, alpha * expm1($0 / alpha)) }
    case "Elu":
      let alpha = alpha(1)
      return { $0 < 0 ? alpha * expm1($0) : $0 }
    case "Gelu": return gelu(node)
    case "HardSigmoid":
      let (alpha, beta) = (alpha(0.2), node.float("beta", default: 0.5))
      return { max(0, min(1, alpha * $0 + beta)) }
    case "LeakyRelu":
      let alpha = alpha(0.01)
      return { $0 < 0 ? alpha * $0 : $0 }
    case "Selu":
      let (alpha, gamma) = (alpha(1.673_263_2), node.float("gamma", default: 1.050_701))
      return { $0 > 0 ? gamma * $0 : gamma * alpha * expm1($0) }
    case "Swish":
      let alpha = alpha(1)
      return { $0 / (1 + exp(-alpha * $0)) }
    case "ThresholdedRelu":
      let alpha = alpha(1)
      return { $0 > alpha ? $0 : 0 }
    default: return nil
    }
  }

  private static func gelu(_ node: Node) -> (@Sendable (Float) -> Float)? {
    guard case .string("tanh")? = node.attribute("approximate") else {
      return { 0.5 * $0 * (1 + erf($0 * 0.707_106_78)) }
    }
    return { 0.5 * $0 * (1 + tanh(0.797_884_56 * ($0 + 0.044_715 * $0 * $0 * $0))) }
  }
}
