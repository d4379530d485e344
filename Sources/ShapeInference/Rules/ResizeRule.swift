internal import ByteStorage
internal import ModelGraph

/// Resize and Upsample.
struct ResizeRule: ShapeRule {
  var operators: [String] { ["Resize", "Upsample"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    var axes: [Int] = Array(0..<rank)
    if let given = call.list("axes") {
      axes = []
      for axis in given { axes.append(try call.axis(axis, rank: rank)) }
    }
    var shape = input.shape
    let isResize = call.node.operatorType == "Resize" && call.version >= 11
    if isResize, call.isGiven(3) {
      let sizes = try call.numbers(3)
      guard sizes.count == axes.count,
        call.text("keep_aspect_ratio_policy") ?? "stretch" == "stretch"
      else { throw .contradiction("the sizes do not fit \(axes.count) axes") }
      for (axis, size) in zip(axes, sizes) { shape[axis] = size }
      return try call.output(shape, input.elementType)
    }
    guard let scales = try scales(call, isResize ? 2 : 1), scales.count == axes.count else {
      throw .unknownElements(isResize ? 2 : 1)
    }
    for (axis, scale) in zip(axes, scales) {
      let size = (Double(shape[axis]) * scale).rounded(.down)
      guard size >= 0, size < 1e15 else { throw .tooLarge }
      shape[axis] = Int(size)
    }
    return try call.output(shape, input.elementType)
  }

  private func scales(_ call: OperatorCall, _ index: Int) throws(ShapeError) -> [Double]? {
    if case .floats(let values)? = call.node.attribute("scales") {
      return values.map { Double($0) }
    }
    return call.optional(index)?.elements?.reals
  }
}
