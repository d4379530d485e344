internal import ByteStorage
internal import ModelGraph

/// Normalisations: the first output has the first input's shape.
struct NormalizationRule: ShapeRule {
  var operators: [String] {
    [
      "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization",
      "RMSNormalization", "SimplifiedLayerNormalization", "com.microsoft.LayerNormalization",
      "com.microsoft.SimplifiedLayerNormalization", "com.microsoft.SkipLayerNormalization",
      "com.microsoft.SkipSimplifiedLayerNormalization", "com.microsoft.GroupNorm",
      "com.microsoft.RotaryEmbedding", "RotaryEmbedding",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let first = try call.facts(input.shape, input.elementType)
    switch call.node.operatorType {
    case "BatchNormalization":
      let vector = call.optional(3)
      return [first, vector, call.optional(4), vector, call.optional(4)].map(Self.withoutElements)
    case "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization":
      let axis = try call.axis(call.node.integer("axis", default: -1), rank: input.shape.count)
      let reduced = input.shape[..<axis] + Array(repeating: 1, count: input.shape.count - axis)
      let statistic = try call.facts(Array(reduced), .float32)
      return [first, statistic, statistic]
    case "SkipLayerNormalization", "SkipSimplifiedLayerNormalization":
      return [first, nil, nil, first]
    default:
      return [first]
    }
  }

  private static func withoutElements(_ facts: TensorFacts?) -> TensorFacts? {
    facts.map { TensorFacts(elementType: $0.elementType, shape: $0.shape) }
  }
}
