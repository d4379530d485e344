/// How far the elements of one tensor are from those of another of the same type and shape.
///
/// Elements are equal when their bits are: a zero of the other sign and a NaN of another payload count
/// as changed. Differences are those of the numbers the elements stand for, as `Double`; integers are
/// taken as they are stored, without scale and zero point.
public struct TensorDifference: Hashable, Sendable {
  /// How many elements were compared.
  public internal(set) var elements = 0
  /// How many have other bits.
  public internal(set) var changed = 0
  /// How many became zero.
  public internal(set) var zeroed = 0
  /// How many were zero and are not any more.
  public internal(set) var unzeroed = 0
  /// How many of the changed are, before or after, infinite or no number; they are in no sum.
  public internal(set) var notFinite = 0
  /// The largest difference of two elements.
  public internal(set) var largest = 0.0
  /// The sum of the squares of the differences.
  public internal(set) var squaredDifference = 0.0
  /// The sum of the squares of the first tensor's elements.
  public internal(set) var squaredOriginal = 0.0

  /// Nothing compared yet.
  public init() {}

  /// True when all elements have the same bits.
  public var isEqual: Bool { changed == 0 }

  /// The length of the difference over that of the first tensor, both as vectors (relative L2 error);
  /// nil where the first is all zeros, or a sum exceeds a `Double`.
  public var relativeError: Double? {
    if squaredDifference == 0 { return 0 }
    let error = (squaredDifference / squaredOriginal).squareRoot()
    return error.isFinite ? error : nil
  }

  /// Joins what was found in another part, or in another tensor.
  public mutating func add(_ other: TensorDifference) {
    elements += other.elements
    changed += other.changed
    zeroed += other.zeroed
    unzeroed += other.unzeroed
    notFinite += other.notFinite
    largest = max(largest, other.largest)
    squaredDifference += other.squaredDifference
    squaredOriginal += other.squaredOriginal
  }
}
