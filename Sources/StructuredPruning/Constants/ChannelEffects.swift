internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// What operators make of channels that are constants.
struct ChannelEffects {
  /// How the number of a channel behind a node follows from those before it.
  enum Effect {
    /// Nobody knows.
    case unknown
    /// A function of what every input that has the channel says.
    case function(@Sendable (Float) -> Float)
    /// All inputs, from left to right.
    case fold(@Sendable (Float, Float) -> Float)
    /// The product of all inputs.
    case product
    /// A sum of products of the first two inputs, plus the others.
    case sumOfProducts
    /// Batch normalisation: data, factor, summand, mean and variance.
    case normalization(epsilon: Float)
  }

  private let model: Model
  private let constants: [ByteString: TensorID]

  init(_ model: Model) {
    self.model = model
    constants = Structure.constants(of: model)
  }

  func effect(of node: Node) -> Effect {
    guard node.isStandard else { return .unknown }
    switch node.operatorType {
    case "Conv", "ConvTranspose", "MatMul": return .sumOfProducts
    case "Gemm": return node.float("beta", default: 1) == 1 ? .sumOfProducts : .unknown
    case "BatchNormalization":
      return .normalization(epsilon: node.float("epsilon", default: 1e-5))
    case "Add", "Sum": return .fold(+)
    case "Sub": return .fold(-)
    case "Mul": return .product
    case "Div": return .fold(/)
    case "Max": return .fold { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
    case "Min": return .fold { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }
    case "PRelu": return .fold { $0 >= 0 ? $0 : $0 * $1 }
    case "Clip": return clip(node)
    case "Pad": return padsWithZeros(node) ? .function(Self.zeroAlone) : .unknown
    case "AveragePool":
      let countsPadding = node.integer("count_include_pad") != 0 && !node.hasNoPadding
      return .function(countsPadding ? Self.zeroAlone : Self.itself)
    case "Resize":
      return node.attribute("extrapolation_value") == nil ? .function(Self.itself) : .unknown
    default:
      if Self.moving.contains(node.operatorType) { return .function(Self.itself) }
      if Self.keepingZeros.contains(node.operatorType) { return .function(Self.zeroAlone) }
      return ActivationFunction(node).map { .function($0.callAsFunction) } ?? .unknown
    }
  }

  private static let itself: @Sendable (Float) -> Float = { $0 }
  /// Zeros stay zeros; what comes of other numbers nobody follows.
  private static let zeroAlone: @Sendable (Float) -> Float = { $0 == 0 ? 0 : .nan }

  private static let moving: Set<ByteString> = [
    "Identity", "Dropout", "Concat", "Expand", "Flatten", "Reshape", "Slice", "Split", "Squeeze",
    "Tile", "Transpose", "Unsqueeze", "DepthToSpace", "SpaceToDepth", "GlobalAveragePool",
    "GlobalMaxPool", "MaxPool", "ReduceMax", "ReduceMean", "ReduceMin", "Upsample",
  ]

  private static let keepingZeros: Set<ByteString> = [
    "Cast", "LpPool", "ReduceL1", "ReduceL2", "ReduceSum",
  ]

  private func clip(_ node: Node) -> Effect {
    let lower = number(node, attribute: "min", input: 1, missing: -.infinity)
    let upper = number(node, attribute: "max", input: 2, missing: .infinity)
    guard let lower, let upper else { return .unknown }
    return .function { $0.isNaN ? .nan : min(max($0, lower), upper) }
  }

  private func padsWithZeros(_ node: Node) -> Bool {
    number(node, attribute: "value", input: 2, missing: 0) == 0
  }

  /// A number that is an attribute in old versions and an input in new ones; nil when it is not known.
  private func number(
    _ node: Node, attribute: ByteString, input: Int, missing: Float
  ) -> Float? {
    if case .float(let value)? = node.attribute(attribute) { return value }
    guard node.inputs.count > input, !node.inputs[input].isEmpty else { return missing }
    guard let id = constants[node.inputs[input]], model[id].shape.elementCount == 1 else {
      return nil
    }
    return try? ChannelConstants.elements(of: id, in: model)?.first
  }
}

extension Node {
  /// A number in an attribute.
  func float(_ name: ByteString, default fallback: Float) -> Float {
    guard case .float(let value)? = attribute(name) else { return fallback }
    return value
  }

  /// True for a window that never leaves the data.
  var hasNoPadding: Bool {
    if case .ints(let pads)? = attribute("pads"), pads.contains(where: { $0 != 0 }) { return false }
    guard case .string(let automatic)? = attribute("auto_pad") else { return true }
    return ["", "NOTSET", "VALID"].contains(automatic)
  }
}
