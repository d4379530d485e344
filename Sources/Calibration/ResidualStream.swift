internal import ByteStorage
internal import Inference
internal import ModelGraph

/// The value that a layer's output is added to, as in a residual block.
///
/// What pruning did to that value before can be made up for by the layer: it is to give its own dense
/// output and the difference of both streams.
struct ResidualStream {
  /// The name of the other value.
  let name: ByteString
  /// What each output is multiplied by on its way to the sum; nil for 1.
  let scales: [Double]?

  /// Goes from a layer's output through biases and normalisations to a sum of two values; nil when
  /// there is none.
  ///
  /// Throws what reading a normalisation throws.
  init?(behind layer: LinearLayer, in model: Model, _ index: GraphIndex) throws {
    var current = layer.output
    var scales: [Double]?
    for _ in 0..<4 {
      guard let reader = index.readers(of: current, in: .main).only, reader.graph == .main,
        !model[.main].outputs.contains(where: { $0.name == current }),
        model[reader].isStandard, let output = model[reader].outputs.first
      else { return nil }
      let node = model[reader]
      switch node.operatorType {
      case "Identity", "Dropout": break
      case "BatchNormalization":
        guard scales == nil, node.inputs.first == current,
          let factors = try Self.factors(of: node, model, index)
        else { return nil }
        scales = factors
      case "Add":
        guard let other = node.inputs.first(where: { $0 != current }) else { return nil }
        if index.definition(of: other, in: .main)?.isConstant != true {
          (name, self.scales) = (other, scales)
          return
        }
      default: return nil
      }
      current = output
    }
    return nil
  }

  /// What a batch normalisation multiplies each channel by: scale / sqrt(variance + epsilon).
  private static func factors(
    of node: Node, _ model: Model, _ index: GraphIndex
  ) throws -> [Double]? {
    func constant(_ place: Int) throws -> [Double]? {
      guard node.inputs.indices.contains(place),
        case .initializer(let tensor)? = index.definition(of: node.inputs[place], in: .main),
        model[tensor].elementType.isPlainFloat
      else { return nil }
      return try model[tensor].doubles()
    }
    guard let scale = try constant(1), let variance = try constant(4),
      scale.count == variance.count
    else { return nil }
    var epsilon = 1e-5
    if case .float(let value) = node.attribute("epsilon") { epsilon = Double(value) }
    return zip(scale, variance).map { $0 / max($1 + epsilon, .leastNormalMagnitude).squareRoot() }
  }
}
