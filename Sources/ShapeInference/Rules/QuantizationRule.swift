internal import ByteStorage
internal import ModelGraph

/// Quantisation and its inverse.
struct QuantizationRule: ShapeRule {
  var operators: [String] {
    [
      "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear",
      "com.microsoft.QuantizeLinear", "com.microsoft.DequantizeLinear",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let shape = try call.shape()
    switch call.node.operatorType {
    case "DynamicQuantizeLinear":
      return [
        try call.facts(shape, .uint8), try call.facts([], .float32), try call.facts([], .uint8),
      ]
    case "DequantizeLinear":
      return try call.output(shape, call.optional(1)?.elementType)
    default:
      return try call.output(shape, call.optional(2)?.elementType ?? .uint8)
    }
  }
}
