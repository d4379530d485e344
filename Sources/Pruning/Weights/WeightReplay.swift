internal import ByteStorage
internal import ModelGraph

/// Follows a constant forward to an operand, keeping track of its axes and its quantisation.
struct WeightReplay {
  private let tracer: ConstantTracer
  private let origin: Tensor
  /// What is left of the axes; nil once they are lost.
  private(set) var view: TrackedView?
  /// Where the axes were lost.
  private(set) var viewRefusal: WeightRefusal?
  /// The scale and zero point met on the way.
  private(set) var quantization: Quantization?
  /// Why the quantisation cannot be told.
  private(set) var refusal: WeightRefusal?
  /// True once the weight was quantised on the way: what follows then undoes that.
  private var isRequantized = false

  init(_ tracer: ConstantTracer, from origin: Tensor) {
    self.tracer = tracer
    self.origin = origin
    view = TrackedView(stored: origin.shape.dimensions)
    if view == nil { viewRefusal = WeightRefusal("it has no elements") }
  }

  /// Goes through one node.
  mutating func pass(_ id: NodeID) throws {
    let node = tracer.model[id]
    switch node.operatorType {
    case "QuantizeLinear": isRequantized = true
    case "DequantizeLinear": try dequantize(node, in: id.graph)
    case "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Flatten":
      guard let current = view else { return }
      view = try reshape(current, by: node, in: id.graph)
      if view == nil {
        viewRefusal = WeightRefusal(
          "its axes cannot be followed through \(node.operatorType) \"\(node.name)\"")
      }
    default: break
    }
  }

  /// Takes the scale and zero point that an operator reads beside its weight.
  mutating func quantize(by operand: WeightOperand, of node: Node, in graph: GraphID) {
    guard origin.elementType.isInteger, operand.isInteger, quantization == nil else { return }
    let scale = name(operand.scale, of: node)
    let zeroPoint = name(operand.zeroPoint, of: node)
    let output = Self.axis(operand.output, of: operand, in: node)
    setQuantization(scale: scale, zeroPoint: zeroPoint, in: graph, axis: output, block: 0)
  }

  /// The axes of the operand that an operator sums over and makes outputs of.
  func layout(for operand: WeightOperand, of node: Node) -> WeightLayout? {
    guard let view else { return nil }
    // A vector has the summed axis only.
    if view.axes.count == 1 {
      return view.axis(0).map { WeightLayout(reduction: $0, output: nil) }
    }
    let reduction = view.axis(operand.swapsAxes(in: node) ? operand.output : operand.reduction)
    let output = view.axis(Self.axis(operand.output, of: operand, in: node))
    guard var reduction, let output else { return nil }
    let groups = operand.groups.map { node.integer($0, default: 1) } ?? 1
    guard groups > 0, reduction.length % groups == 0 else { return nil }
    reduction.length /= groups
    return WeightLayout(reduction: reduction, output: output)
  }

  private static func axis(_ axis: Int, of operand: WeightOperand, in node: Node) -> Int {
    operand.swapsAxes(in: node) ? operand.reduction : axis
  }

  private func name(_ input: Int?, of node: Node) -> ByteString? {
    guard let input, node.inputs.indices.contains(input), !node.inputs[input].isEmpty else {
      return nil
    }
    return node.inputs[input]
  }
}

extension WeightOperand {
  func swapsAxes(in node: Node) -> Bool {
    transposed.map { node.integer($0) != 0 } ?? false
  }
}

extension WeightReplay {
  private mutating func dequantize(_ node: Node, in graph: GraphID) throws {
    guard !isRequantized, quantization == nil else { return }
    setQuantization(
      scale: name(1, of: node), zeroPoint: name(2, of: node), in: graph,
      axis: node.integer("axis", default: 1), block: node.integer("block_size"))
  }

  private mutating func setQuantization(
    scale: ByteString?, zeroPoint: ByteString?, in graph: GraphID, axis: Int, block: Int
  ) {
    let names = [scale, zeroPoint].compactMap { $0 }
    let tensors = names.map { tracer.tensor($0, in: graph) }
    guard !tensors.contains(nil) else {
      refusal = WeightRefusal("its scale or zero point is not constant")
      return
    }
    let shapes = tensors.compactMap { $0.map { tracer.model[$0].shape } }
    guard let shape = shapes.first else { return }
    guard shapes.allSatisfy({ $0.elementCount == shape.elementCount }),
      let spread = spread(of: shape, axis: axis, block: block)
    else {
      refusal = WeightRefusal(
        "its scale or zero point has a shape that does not fit", isDefect: true)
      return
    }
    quantization = Quantization(
      scale: scale.flatMap { tracer.tensor($0, in: graph) },
      zeroPoint: zeroPoint.flatMap { tracer.tensor($0, in: graph) }, spread: spread)
  }

  private func spread(of shape: Shape, axis: Int, block: Int) -> Quantization.Spread? {
    if shape.elementCount == 1 { return .whole }
    guard let view, let stored = view.axis(axis) else { return nil }
    if block > 0 {
      var expected = view.dimensions
      let index = axis < 0 ? axis + expected.count : axis
      expected[index] = (expected[index] - 1) / block + 1
      guard view.isStorageOrder, shape.dimensions == expected else { return nil }
      return .blocks(stored, block: block)
    }
    guard shape.rank == 1, shape.elementCount == stored.length else { return nil }
    return .axis(stored)
  }

  private func reshape(
    _ view: TrackedView, by node: Node, in graph: GraphID
  ) throws -> TrackedView? {
    let sizes = view.dimensions
    switch node.operatorType {
    case "Transpose":
      guard case .ints(let order) = node.attribute("perm") else {
        return view.transposed(sizes.indices.reversed())
      }
      return view.transposed(order.map { Int($0) })
    case "Flatten":
      let axis = node.integer("axis", default: 1)
      let split = axis < 0 ? axis + sizes.count : axis
      guard (0...sizes.count).contains(split) else { return nil }
      return view.reshaped([sizes[..<split].reduce(1, *), sizes[split...].reduce(1, *)])
    case "Reshape":
      guard let target = try name(1, of: node).flatMap({ try tracer.integers($0, in: graph) })
      else { return nil }
      let keepsZeros = node.integer("allowzero") != 0
      return Self.resolve(target, from: sizes, keepsZeros: keepsZeros).flatMap(view.reshaped)
    default:
      guard let axes = try axes(of: node, in: graph) else {
        return node.operatorType == "Squeeze" ? view.reshaped(sizes.filter { $0 != 1 }) : nil
      }
      return node.operatorType == "Squeeze"
        ? Self.squeeze(sizes, axes).flatMap(view.reshaped)
        : Self.unsqueeze(sizes, axes).flatMap(view.reshaped)
    }
  }

  /// The axes of Squeeze and Unsqueeze: an attribute before operator set 13, an input since.
  private func axes(of node: Node, in graph: GraphID) throws -> [Int]? {
    if case .ints(let axes) = node.attribute("axes") { return axes.map { Int($0) } }
    return try name(1, of: node).flatMap { try tracer.integers($0, in: graph) }
  }

  private static func squeeze(_ sizes: [Int], _ axes: [Int]) -> [Int]? {
    let dropped = Set(axes.map { $0 < 0 ? $0 + sizes.count : $0 })
    guard dropped.allSatisfy({ sizes.indices.contains($0) && sizes[$0] == 1 }) else { return nil }
    return sizes.indices.filter { !dropped.contains($0) }.map { sizes[$0] }
  }

  private static func unsqueeze(_ sizes: [Int], _ axes: [Int]) -> [Int]? {
    let rank = sizes.count + axes.count
    let added = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard added.count == axes.count, added.allSatisfy((0..<rank).contains) else { return nil }
    var rest = sizes[...]
    return (0..<rank).map { added.contains($0) ? 1 : rest.popFirst() ?? 1 }
  }

  /// The shape that a Reshape asks for: 0 keeps a size, -1 takes what is left.
  private static func resolve(_ target: [Int], from sizes: [Int], keepsZeros: Bool) -> [Int]? {
    var result = target
    for (index, size) in target.enumerated() where size == 0 && !keepsZeros {
      guard sizes.indices.contains(index) else { return nil }
      result[index] = sizes[index]
    }
    guard let open = result.firstIndex(of: -1) else { return result }
    result[open] = 1
    guard let known = Shape(result)?.elementCount, known > 0 else { return nil }
    let total = sizes.reduce(1, *)
    guard total % known == 0 else { return nil }
    result[open] = total / known
    return result
  }
}
