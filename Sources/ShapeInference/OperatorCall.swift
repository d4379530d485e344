internal import ByteStorage
public import ModelGraph

/// One node, and what is known of what it reads.
public struct OperatorCall: Sendable {
  /// The node.
  public let node: Node
  /// The version of its operator's set.
  public let version: Int
  /// What is known of its inputs; nil for one that is left out or unknown.
  public let inputs: [TensorFacts?]
  /// The model, whose tensors attributes refer to.
  public let model: Model

  /// Puts a call together.
  public init(node: Node, version: Int, inputs: [TensorFacts?], model: Model) {
    self.node = node
    self.version = version
    self.inputs = inputs
    self.model = model
  }
}

extension OperatorCall {
  /// An input that must be there.
  func input(_ index: Int = 0) throws(ShapeError) -> TensorFacts {
    guard let facts = optional(index) else { throw .unknownInput(index) }
    return facts
  }

  /// An input, if it is there and known.
  func optional(_ index: Int) -> TensorFacts? {
    inputs.indices.contains(index) ? inputs[index] : nil
  }

  /// True when an input is given, known or not.
  func isGiven(_ index: Int) -> Bool {
    node.inputs.indices.contains(index) && !node.inputs[index].isEmpty
  }

  /// The shape of an input that must be there and have at least this many axes.
  func shape(_ index: Int = 0, minimumRank: Int = 0) throws(ShapeError) -> [Int] {
    let shape = try input(index).shape
    guard shape.count >= minimumRank else {
      throw .contradiction("input \(index) has \(shape.count) axes, fewer than \(minimumRank)")
    }
    return shape
  }

  /// The whole numbers an input must hold.
  func numbers(_ index: Int) throws(ShapeError) -> [Int] {
    guard let numbers = try input(index).integers else { throw .unknownElements(index) }
    return numbers
  }

  /// The whole numbers of an attribute in older versions, of an input in newer ones; nil when neither
  /// is given.
  func numbers(attribute: ByteString, orInput index: Int) throws(ShapeError) -> [Int]? {
    if let values = list(attribute) { return values }
    return isGiven(index) ? try numbers(index) : nil
  }

  /// A list of integers in an attribute.
  func list(_ name: ByteString) -> [Int]? {
    guard case .ints(let values)? = node.attribute(name) else { return nil }
    return values.map { Int($0) }
  }

  /// A text in an attribute.
  func text(_ name: ByteString) -> ByteString? {
    guard case .string(let value)? = node.attribute(name) else { return nil }
    return value
  }

  /// An integer attribute of which the absence means something.
  func number(_ name: ByteString) -> Int? {
    guard case .int(let value)? = node.attribute(name) else { return nil }
    return Int(value)
  }

  /// An axis counted from the end when negative.
  func axis(_ axis: Int, rank: Int) throws(ShapeError) -> Int {
    let index = axis < 0 ? axis &+ rank : axis
    guard (0..<max(rank, 0)).contains(index) else {
      throw .contradiction("axis \(axis) is not one of \(rank)")
    }
    return index
  }

  /// One output, when its elements cannot be told.
  func output(_ shape: [Int], _ type: ElementType?) throws(ShapeError) -> [TensorFacts?] {
    [try facts(shape, type)]
  }

  /// A value of a shape that must be possible.
  func facts(
    _ shape: [Int], _ type: ElementType?, _ elements: SmallElements? = nil
  ) throws(ShapeError) -> TensorFacts {
    guard TensorFacts.isPossible(shape), let count = Shape(shape)?.elementCount else {
      throw .tooLarge
    }
    let known = elements.flatMap { $0.count == count && SmallElements.areKept(shape) ? $0 : nil }
    return TensorFacts(
      elementType: type, shape: shape, elements: known,
      isShapeDerived: known != nil && inputs.contains { $0?.isShapeDerived ?? false })
  }
}
