internal import ByteStorage
internal import ModelGraph

/// How a window moves over the spatial axes.
struct Window {
  let kernel: [Int]
  let strides: [Int]
  let dilations: [Int]
  /// Positions added before and after each axis; nil to make the output as large as `auto_pad` says.
  let pads: (before: [Int], after: [Int])?
  let keepsSize: Bool

  init(_ call: OperatorCall, kernel: [Int]) throws(ShapeError) {
    let rank = kernel.count
    func list(_ name: ByteString, _ fallback: Int) throws(ShapeError) -> [Int] {
      let values = call.list(name) ?? Array(repeating: fallback, count: rank)
      guard values.count == rank, values.allSatisfy({ $0 > 0 && $0 < 1 << 32 }) else {
        throw .contradiction("the attribute \(name) does not fit \(rank) axes")
      }
      return values
    }
    guard kernel.allSatisfy({ $0 > 0 && $0 < 1 << 32 }) else {
      throw .contradiction("a kernel has no positions")
    }
    self.kernel = kernel
    strides = try list("strides", 1)
    dilations = try list("dilations", 1)
    let automatic = call.text("auto_pad") ?? "NOTSET"
    keepsSize = automatic == "SAME_UPPER" || automatic == "SAME_LOWER"
    if automatic == "NOTSET" || automatic == "" {
      let pads = call.list("pads") ?? Array(repeating: 0, count: 2 * rank)
      guard pads.count == 2 * rank, pads.allSatisfy({ (-1 << 32..<1 << 32).contains($0) }) else {
        throw .contradiction("the pads do not fit \(rank) axes")
      }
      self.pads = (Array(pads[..<rank]), Array(pads[rank...]))
    } else {
      self.pads = keepsSize ? nil : ([], [])
    }
  }

  /// How many places the window has on an axis.
  func places(on axis: Int, of size: Int, roundsUp: Bool = false) throws(ShapeError) -> Int {
    if keepsSize { return (size + strides[axis] - 1) / strides[axis] }
    let (before, after) =
      pads.map { ($0.before.isEmpty ? 0 : $0.before[axis], $0.after.isEmpty ? 0 : $0.after[axis]) }
      ?? (0, 0)
    let extent = (kernel[axis] - 1) * dilations[axis] + 1
    let free = size + before + after - extent
    guard free >= 0 else { throw .contradiction("a window of \(extent) does not fit \(size)") }
    var count = free / strides[axis] + 1
    if roundsUp, free % strides[axis] != 0 {
      // A window that would begin in the padding behind does not count.
      if count * strides[axis] < size + before { count += 1 }
    }
    return count
  }
}

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
    for (axis, size) in data[2...].enumerated() {
      if let wanted, axis < wanted.count {
        shape.append(wanted[wanted.count - (data.count - 2) + axis])
        continue
      }
      let (stretched, overflow) = size.multipliedReportingOverflow(by: window.strides[axis])
      guard !overflow else { throw .tooLarge }
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
