internal import ByteStorage

/// The dimensions of a tensor.
///
/// No dimensions: a scalar of one element.
public struct Shape: Hashable, Sendable {
  /// The most dimensions a tensor may have.
  public static let maximumRank = Limits.rank

  /// The sizes, slowest first.
  public let dimensions: [Int]
  /// The product of the sizes.
  public let elementCount: Int

  /// Makes a shape; nil when a size is negative, there are too many, or the product overflows.
  public init?(_ dimensions: [Int]) {
    guard dimensions.count <= Self.maximumRank else { return nil }
    var count = 1
    var hasZero = false
    for dimension in dimensions {
      guard dimension >= 0 else { return nil }
      if dimension == 0 {
        hasZero = true
        continue
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard !overflow else { return nil }
      count = product
    }
    self.dimensions = dimensions
    elementCount = hasZero ? 0 : count
  }

  /// How many dimensions there are.
  public var rank: Int { dimensions.count }

  /// The product of the sizes behind `axis`: the distance between neighbours along it, in elements.
  public func stride(of axis: Int) -> Int {
    dimensions[(axis + 1)...].reduce(1, *)
  }
}

extension Shape: CustomStringConvertible {
  /// The sizes, such as `64x3x7x7`, or `scalar`.
  public var description: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}
