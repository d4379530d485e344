internal import ByteStorage
internal import ModelGraph

/// Convolutions.
struct ConvolutionRule: ShapeRule {
  var operators: [String] {
    ["Conv", "ConvInteger", "QLinearConv", "DeformConv", "com.microsoft.FusedConv"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let isQuantized = call.node.operatorType == "QLinearConv"
    let data = try call.shape(0, minimumRank: 3)
    let weight = try call.shape(isQuantized ? 3 : 1, minimumRank: 3)
    guard weight.count == data.count else {
      throw .contradiction("the kernel has \(weight.count) axes, the data \(data.count)")
    }
    let groups = call.node.integer("group", default: 1)
    let (channels, overflow) = weight[1].multipliedReportingOverflow(by: groups)
    guard groups > 0, !overflow, channels == data[1], weight[0] % groups == 0 else {
      throw .contradiction(
        "a kernel of \(weight) in \(groups) groups does not fit \(data[1]) channels")
    }
    let window = try Window(call, kernel: call.list("kernel_shape") ?? Array(weight[2...]))
    guard window.kernel == Array(weight[2...]) else {
      throw .contradiction("kernel_shape is \(window.kernel), the kernel \(weight)")
    }
    var shape = [data[0], weight[0]]
    for (axis, size) in data[2...].enumerated() {
      shape.append(try window.places(on: axis, of: size))
    }
    let type: ElementType? =
      switch call.node.operatorType {
      case "ConvInteger": .int32
      case "QLinearConv": call.optional(7)?.elementType
      default: call.optional(0)?.elementType
      }
    return try call.output(shape, type)
  }
}
