internal import ByteStorage
internal import ModelGraph

/// GatherND: slices picked by coordinates.
struct GatherNDRule: ShapeRule {
  var operators: [String] { ["GatherND"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 1)
    let indices = try call.shape(1, minimumRank: 1)
    let batch = call.node.integer("batch_dims")
    let depth = indices[indices.count - 1]
    guard (0..<indices.count).contains(batch), depth >= 0, depth <= data.count - batch else {
      throw .contradiction("coordinates of \(depth) do not fit \(data.count) axes")
    }
    return try call.output(
      indices.dropLast() + data[(batch + depth)...], try call.input().elementType)
  }
}
