internal import ByteStorage
internal import ModelGraph

/// Reshape.
struct ReshapeRule: ShapeRule {
  var operators: [String] { ["Reshape"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    guard let target = try call.numbers(attribute: "shape", orInput: 1) else {
      throw .unknownInput(1)
    }
    var shape = target
    if call.node.integer("allowzero") == 0 {
      for (axis, size) in target.enumerated() where size == 0 {
        guard axis < input.shape.count else { throw .contradiction("it copies an axis too many") }
        shape[axis] = input.shape[axis]
      }
    }
    let open = shape.indices.filter { shape[$0] == -1 }
    guard open.count <= 1 else { throw .contradiction("two sizes are to be inferred") }
    let total = Shape(input.shape)?.elementCount ?? 0
    if let open = open.first {
      shape[open] = 1
      guard let rest = Shape(shape)?.elementCount, rest > 0, total % rest == 0 else {
        throw .contradiction("\(input.shape) cannot be reshaped to \(target)")
      }
      shape[open] = total / rest
    }
    guard Shape(shape)?.elementCount == total else {
      throw .contradiction("\(input.shape) cannot be reshaped to \(target)")
    }
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}

/// Flatten: two axes out of many.
struct FlattenRule: ShapeRule {
  var operators: [String] { ["Flatten"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    let given = call.node.integer("axis", default: 1)
    let axis = given == rank ? rank : try call.axis(given, rank: max(rank, 1))
    let shape = [input.shape[..<axis].reduce(1, *), input.shape[axis...].reduce(1, *)]
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}

/// Transpose.
struct TransposeRule: ShapeRule {
  var operators: [String] { ["Transpose"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    let order = call.list("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw .contradiction("\(order) is no order of \(rank) axes")
    }
    let shape = order.map { input.shape[$0] }
    var elements: SmallElements?
    if let known = input.elements {
      var strides = Array(repeating: 1, count: rank)
      for axis in (0..<max(rank - 1, 0)).reversed() {
        strides[axis] = strides[axis + 1] * input.shape[axis + 1]
      }
      var places = [0]
      for axis in order {
        places = places.flatMap { place in
          (0..<input.shape[axis]).map { place + $0 * strides[axis] }
        }
      }
      elements = known.picked(places)
    }
    return [try call.facts(shape, input.elementType, elements)]
  }
}

/// Squeeze and Unsqueeze: axes of one come and go.
struct SqueezeRule: ShapeRule {
  var operators: [String] { ["Squeeze", "Unsqueeze"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let given = try call.numbers(attribute: "axes", orInput: 1)
    var shape = input.shape
    if call.node.operatorType == "Squeeze" {
      var axes: Set<Int> = []
      for axis in given ?? shape.indices.filter({ shape[$0] == 1 }) {
        axes.insert(try call.axis(axis, rank: shape.count))
      }
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw .contradiction("an axis of \(shape) that is to go is not 1")
      }
      shape = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    } else {
      guard let given else { throw .unknownInput(1) }
      let rank = shape.count + given.count
      var axes: Set<Int> = []
      for axis in given { axes.insert(try call.axis(axis, rank: rank)) }
      guard axes.count == given.count else { throw .contradiction("an axis is added twice") }
      for axis in axes.sorted() { shape.insert(1, at: axis) }
    }
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}

/// Expand: axes of one are stretched.
struct ExpandRule: ShapeRule {
  var operators: [String] { ["Expand"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let shape = try Broadcasting.shape(of: [input.shape, try call.numbers(1)])
    return [
      try call.facts(
        shape, input.elementType, Broadcasting.elements([input], in: shape)?.first)
    ]
  }
}

/// Tile: axes are repeated.
struct TileRule: ShapeRule {
  var operators: [String] { ["Tile"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let repeats = try call.numbers(1)
    guard repeats.count == input.shape.count else {
      throw .contradiction("\(repeats.count) repeats do not fit \(input.shape.count) axes")
    }
    var shape: [Int] = []
    for (size, count) in zip(input.shape, repeats) {
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .tooLarge }
      shape.append(product)
    }
    var elements: SmallElements?
    if let known = input.elements, let size = Shape(shape)?.elementCount,
      size <= SmallElements.maximumCount
    {
      var places = [0]
      for (size, whole) in zip(input.shape, shape) {
        places = places.flatMap { place in (0..<whole).map { place * size + $0 % max(size, 1) } }
      }
      elements = known.picked(places)
    }
    return [try call.facts(shape, input.elementType, elements)]
  }
}

/// DepthToSpace and SpaceToDepth.
struct DepthSpaceRule: ShapeRule {
  var operators: [String] { ["DepthToSpace", "SpaceToDepth"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let block = call.node.integer("blocksize")
    guard input.shape.count == 4, (1..<1 << 16).contains(block) else {
      throw .contradiction("blocks of \(block) do not fit \(input.shape.count) axes")
    }
    let (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    if call.node.operatorType == "DepthToSpace" {
      guard c % (block * block) == 0 else {
        throw .contradiction("\(c) channels are no blocks of \(block)")
      }
      return try call.output([n, c / (block * block), h * block, w * block], input.elementType)
    }
    guard h % block == 0, w % block == 0 else {
      throw .contradiction("\(h) x \(w) positions are no blocks of \(block)")
    }
    return try call.output([n, c * block * block, h / block, w / block], input.elementType)
  }
}

/// Pad: positions are added or taken away at the ends.
struct PadRule: ShapeRule {
  var operators: [String] { ["Pad"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    guard let pads = try call.numbers(attribute: "pads", orInput: 1) ?? call.list("paddings") else {
      throw .unknownInput(1)
    }
    var axes = Array(0..<rank)
    if call.isGiven(3) {
      axes = []
      for axis in try call.numbers(3) { axes.append(try call.axis(axis, rank: rank)) }
    }
    guard pads.count == 2 * axes.count else {
      throw .contradiction("\(pads.count) pads do not fit \(axes.count) axes")
    }
    var shape = input.shape
    for (place, axis) in axes.enumerated() {
      let (sum, overflow) = pads[place].addingReportingOverflow(pads[axes.count + place])
      let (size, tooLarge) = shape[axis].addingReportingOverflow(sum)
      guard !overflow, !tooLarge else { throw .tooLarge }
      shape[axis] = size
    }
    return try call.output(shape, input.elementType)
  }
}

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
