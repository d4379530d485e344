public import ModelGraph

/// What one evaluation of a graph knows of a value.
public struct TensorFacts: Hashable, Sendable {
  /// What an element is; nil when unknown.
  public var elementType: ElementType?
  /// The sizes; all are known.
  public var shape: [Int]
  /// The elements; nil when they are unknown or too many.
  public var elements: SmallElements?
  /// True when the elements were computed from the shape of a value that is no constant.
  public var isShapeDerived: Bool

  /// The largest size of an axis that is believed: rules may multiply such a size by 2^22.
  static let maximumSize = 1 << 40

  /// True when there can be a value of this shape.
  static func isPossible(_ shape: [Int]) -> Bool {
    shape.allSatisfy { $0 <= maximumSize } && Shape(shape) != nil
  }

  /// Puts together what is known.
  public init(
    elementType: ElementType?, shape: [Int], elements: SmallElements? = nil,
    isShapeDerived: Bool = false
  ) {
    self.elementType = elementType
    self.shape = shape
    self.elements = elements
    self.isShapeDerived = isShapeDerived
  }

  /// The whole-number elements, when they are known.
  public var integers: [Int]? {
    guard case .integers(let values)? = elements else { return nil }
    return values
  }
}

/// The elements of a small tensor, first dimension slowest.
public enum SmallElements: Hashable, Sendable {
  /// Integers; booleans are 0 and 1.
  case integers([Int])
  /// Floating-point numbers.
  case reals([Double])

  /// The most elements that are kept.
  static let maximumCount = 100_000

  /// True when the elements of a tensor of this shape are few enough to be kept.
  ///
  /// Axes of size 0 do not make up for long ones: rules walk along every axis.
  static func areKept(_ shape: [Int]) -> Bool {
    (Shape(shape.map { max($0, 1) })?.elementCount ?? .max) <= maximumCount
  }

  /// How many there are.
  public var count: Int {
    switch self {
    case .integers(let values): values.count
    case .reals(let values): values.count
    }
  }

  /// The elements at these places, in this order.
  func picked(_ places: [Int]) -> SmallElements {
    switch self {
    case .integers(let values): .integers(places.map { values[$0] })
    case .reals(let values): .reals(places.map { values[$0] })
    }
  }

  /// All elements as floating-point numbers.
  var reals: [Double] {
    switch self {
    case .integers(let values): values.map(Double.init)
    case .reals(let values): values
    }
  }
}
