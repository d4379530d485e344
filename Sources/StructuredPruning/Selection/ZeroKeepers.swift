internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// What operators make of channels that are zero.
struct ZeroKeepers {
  /// When an output is zero.
  enum Effect: Hashable {
    /// Nobody knows.
    case none
    /// When every value is that has the channels.
    case move
    /// When every input is.
    case sum
    /// When one of the first inputs is, and every one behind them.
    case product(Int)
    /// When the first input is and, the factor behind it aside, all others are.
    case normalization
  }

  private let model: Model
  private let constants: [ByteString: TensorID]

  init(_ model: Model) {
    self.model = model
    var constants: [ByteString: TensorID] = [:]
    for id in model[.main].initializers { constants[model[id].name] = id }
    for node in model[.main].nodes where node.isStandard && node.operatorType == "Constant" {
      if case .tensor(let id)? = node.attribute("value"), let name = node.outputs.first {
        constants[name] = id
      }
    }
    self.constants = constants
  }

  func effect(of node: Node) -> Effect {
    guard node.isStandard else { return .none }
    switch node.operatorType {
    case "Clip": return isZeroInside(node) ? .move : .none
    case "Pad": return padsWithZeros(node) ? .move : .none
    case "Resize": return node.attribute("extrapolation_value") == nil ? .move : .none
    case "BatchNormalization": return .normalization
    case "Conv", "ConvTranspose", "Gemm", "MatMul": return .product(2)
    case "Mul": return .product(node.inputs.count)
    case "Add", "Sub", "Sum", "Max", "Min", "Mean": return .sum
    default: return Self.moving.contains(node.operatorType) ? .move : .none
    }
  }

  private static let moving: Set<ByteString> = [
    "Abs", "Cast", "Ceil", "Celu", "Elu", "Erf", "Floor", "Gelu", "HardSwish", "Identity",
    "LeakyRelu", "Mish", "Neg", "PRelu", "Relu", "Round", "Selu", "Sign", "Sin", "Sqrt", "Swish",
    "Tanh", "ThresholdedRelu", "Dropout",
    "Concat", "Expand", "Flatten", "Reshape", "Slice", "Split", "Squeeze", "Tile", "Transpose",
    "Unsqueeze", "DepthToSpace", "SpaceToDepth",
    "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "MaxPool", "LpPool", "ReduceL1",
    "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Upsample",
  ]

  private func isZeroInside(_ node: Node) -> Bool {
    let lower = bound(node, attribute: "min", input: 1, missing: -.infinity)
    let upper = bound(node, attribute: "max", input: 2, missing: .infinity)
    guard let lower, let upper else { return false }
    return lower <= 0 && upper >= 0
  }

  private func padsWithZeros(_ node: Node) -> Bool {
    bound(node, attribute: "value", input: 2, missing: 0) == 0
  }

  /// A number that is an attribute in old versions and an input in new ones; nil when it is not known.
  private func bound(
    _ node: Node, attribute: ByteString, input: Int, missing: Float
  ) -> Float? {
    if case .float(let value)? = node.attribute(attribute) { return value }
    guard node.inputs.count > input, !node.inputs[input].isEmpty else { return missing }
    guard let id = constants[node.inputs[input]], model[id].shape.elementCount == 1,
      model[id].contentsRefusal == nil
    else { return nil }
    var number: Float?
    try? ValueBuffer().withValues(
      of: 0..<1, in: WeightStream(id, of: model, quantization: nil)
    ) { number = $0.first }
    return number
  }
}
