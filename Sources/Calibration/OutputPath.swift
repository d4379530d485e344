internal import ByteStorage
internal import Inference
internal import ModelGraph

/// What becomes of a layer's output: it is scaled and shifted, a stream is added, negative sums become
/// zero.
///
/// What pruning did to the stream before can be made up for by the layer: it is to give its own dense
/// output and the difference of both streams. What becomes zero need not be right.
struct OutputPath {
  /// The name of the value that the output is added to, as in a residual block; nil for none.
  private(set) var stream: ByteString?
  /// What each output is multiplied by on its way; nil for 1.
  private(set) var scales: [Double]?
  /// What is added to each output then, beside the stream; nil for nothing.
  private(set) var shifts: [Double]?
  /// Whether a Relu reads the sum, and nothing else does.
  private(set) var isRectified = false
  /// Whether it goes out of the network like that.
  private(set) var goesOut = false

  private static let longest = 6

  /// Goes from a layer's output through biases, normalisations and one sum of two values to a Relu.
  ///
  /// Throws what reading a normalisation throws.
  init(behind layer: LinearLayer, in model: Model, _ index: GraphIndex) throws {
    var current = layer.output
    var isShiftKnown = layer.bias != .none
    for _ in 0..<Self.longest {
      goesOut = model[.main].outputs.contains { $0.name == current }
      guard let reader = index.readers(of: current, in: .main).only, reader.graph == .main,
        !goesOut, model[reader].isStandard, let output = model[reader].outputs.first
      else { return }
      let node = model[reader]
      switch node.operatorType {
      case "Identity", "Dropout": break
      case "Relu":
        isRectified = isShiftKnown
        return
      case "BatchNormalization":
        guard scales == nil, stream == nil, node.inputs.first == current,
          let (factors, offsets) = try Self.factors(of: node, model, index),
          factors.count == layer.rows * layer.groups
        else { return }
        let before = shifts ?? [Double](repeating: 0, count: factors.count)
        (scales, shifts) = (factors, factors.indices.map { before[$0] * factors[$0] + offsets[$0] })
      case "Add":
        guard let other = node.inputs.first(where: { $0 != current }) else { return }
        if index.definition(of: other, in: .main)?.isConstant != true {
          guard stream == nil else { return }
          stream = other
        } else if let values = try Self.constant(other, model, index),
          values.count == layer.rows * layer.groups
        {
          shifts = shifts.map { zip($0, values).map { $0 + $1 } } ?? values
        } else {
          isShiftKnown = false
        }
      default: return
      }
      current = output
    }
  }

  /// What a batch normalisation multiplies each channel by and adds: scale / sqrt(variance + epsilon),
  /// and the bias less that times the mean.
  private static func factors(
    of node: Node, _ model: Model, _ index: GraphIndex
  ) throws -> (factors: [Double], offsets: [Double])? {
    let constants = try node.inputs.dropFirst().map { try constant($0, model, index) ?? [] }
    guard constants.count == 4, Set(constants.map(\.count)).count == 1, !constants[0].isEmpty
    else { return nil }
    var epsilon = 1e-5
    if case .float(let value) = node.attribute("epsilon") { epsilon = Double(value) }
    let factors = zip(constants[0], constants[3]).map {
      $0 / max($1 + epsilon, .leastNormalMagnitude).squareRoot()
    }
    return (factors, factors.indices.map { constants[1][$0] - factors[$0] * constants[2][$0] })
  }

  private static func constant(
    _ name: ByteString, _ model: Model, _ index: GraphIndex
  ) throws -> [Double]? {
    guard case .initializer(let tensor)? = index.definition(of: name, in: .main),
      model[tensor].elementType.isPlainFloat
    else { return nil }
    return try model[tensor].doubles()
  }
}
