internal import ByteStorage
internal import ModelGraph

/// Pooling over windows.
struct PoolingRule: ShapeRule {
  var operators: [String] {
    ["MaxPool", "AveragePool", "LpPool", "com.microsoft.QLinearAveragePool"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 3)
    guard let kernel = call.list("kernel_shape"), kernel.count == data.count - 2 else {
      throw .contradiction("there is no kernel_shape for \(data.count - 2) axes")
    }
    let window = try Window(call, kernel: kernel)
    let roundsUp = call.node.integer("ceil_mode") != 0
    var shape = Array(data[..<2])
    for (axis, size) in data[2...].enumerated() {
      shape.append(try window.places(on: axis, of: size, roundsUp: roundsUp))
    }
    let output = try call.facts(shape, call.optional(0)?.elementType)
    return [output, try call.facts(shape, .int64)]
  }
}
