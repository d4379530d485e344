/// One of several equal parts of a plan, for machines that know nothing of each other.
public struct BatchShard: Sendable, Hashable, CustomStringConvertible {
  /// Which part, from 1.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// All of the plan.
  public static let whole = BatchShard(number: 1, count: 1)

  private init(number: Int, count: Int) {
    (self.number, self.count) = (number, count)
  }

  /// Reads `3/20`; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1],
      (1...1_000_000).contains(count), (1...count).contains(number)
    else { return nil }
    self.init(number: number, count: count)
  }

  /// The numbers of its tasks among `total`: every so manieth, since neighbours are alike.
  public func indices(of total: Int) -> StrideTo<Int> {
    stride(from: number - 1, to: total, by: count)
  }

  /// Such as `3-of-20`, for names of files.
  public var description: String { "\(number)-of-\(count)" }
}
