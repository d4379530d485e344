internal import ByteStorage
internal import ModelGraph

/// Transposed convolutions.
struct TransposedConvolutionRule: ShapeRule {
  var operators: [String] { ["ConvTranspose"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.shape(0, minimumRank: 3)
    let weight = try call.shape(1, minimumRank: 3)
    guard weight.count == data.count, weight[0] == data[1] else {
      throw .contradiction("a kernel of \(weight) does not fit \(data[1]) channels")
    }
    let window = try Window(call, kernel: Array(weight[2...]))
    let extra = call.list("output_padding") ?? Array(repeating: 0, count: data.count - 2)
    guard extra.count == data.count - 2, extra.allSatisfy({ (0..<1 << 32).contains($0) }) else {
      throw .contradiction("the output padding does not fit")
    }
    let (channels, overflow) = weight[1].multipliedReportingOverflow(
      by: call.node.integer("group", default: 1))
    guard !overflow else { throw .tooLarge }
    var shape = [data[0], channels]
    let wanted = call.list("output_shape")
    guard (wanted?.count ?? data.count) >= data.count - 2 else {
      throw .contradiction("output_shape has \(wanted?.count ?? 0) sizes")
    }
    for (axis, size) in data[2...].enumerated() {
      if let wanted {
        shape.append(wanted[wanted.count - (data.count - 2) + axis])
        continue
      }
      let (stretched, overflow) = size.multipliedReportingOverflow(by: window.strides[axis])
      guard !overflow, stretched <= TensorFacts.maximumSize else { throw .tooLarge }
      if window.keepsSize {
        shape.append(stretched)
        continue
      }
      let extent = (window.kernel[axis] - 1) * window.dilations[axis] + 1
      let pads = window.pads.flatMap { $0.before.isEmpty ? nil : $0.before[axis] + $0.after[axis] }
      shape.append(stretched - window.strides[axis] + extra[axis] + extent - (pads ?? 0))
    }
    return try call.output(shape, call.optional(0)?.elementType)
  }
}
