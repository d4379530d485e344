internal import ByteStorage
internal import ModelGraph

/// Pooling over all positions.
struct GlobalPoolingRule: ShapeRule {
  var operators: [String] {
    [
      "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool",
      "com.microsoft.QLinearGlobalAveragePool",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 2)
    return try call.output(
      data[..<2] + Array(repeating: 1, count: data.count - 2), call.optional(0)?.elementType)
  }
}
