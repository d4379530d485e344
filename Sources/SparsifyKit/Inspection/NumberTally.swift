/// What numbers there are: their bounds, those that are none, and roughly how they are spread.
struct NumberTally: Sendable {
  /// The least finite number, as a `Float`; above `maximum` when there is none.
  private(set) var minimum = Float.infinity
  /// The largest finite number, as a `Float`.
  private(set) var maximum = -Float.infinity
  /// How many are NaN.
  private(set) var notNumbers = 0
  /// How many are infinite.
  private(set) var infinities = 0
  /// How many finite numbers begin with each 16 bits, as a `Float`: to one part in 128.
  private(set) var spread: [Int]

  private static let codes = 1 << 16

  /// Counts the spread only when it is wanted: it takes half a megabyte.
  init(countsSpread: Bool) {
    spread = countsSpread ? Array(repeating: 0, count: Self.codes) : []
  }

  /// Adds a number that was met `count` times.
  @inline(__always)
  mutating func add(_ number: Float, count: Int = 1) {
    guard number.isFinite else {
      if number.isNaN { notNumbers += count } else { infinities += count }
      return
    }
    if number < minimum { minimum = number }
    if number > maximum { maximum = number }
    if !spread.isEmpty { spread[Int(number.bitPattern >> 16)] += count }
  }

  /// Adds zeros, which say nothing about the spread of the others.
  mutating func addZeros() {
    minimum = min(minimum, 0)
    maximum = max(maximum, 0)
  }
}

/// How the numbers of a tensor that are not zero are spread over a range.
public struct ValueHistogram: Sendable, Codable, Equatable {
  /// Where the first bin begins; smaller numbers are counted in it as well.
  public var low: Double
  /// Where the last bin ends; larger numbers are counted in it as well.
  public var high: Double
  /// How many finite numbers, zeros left out, fall into each of the equally wide bins.
  public var counts: [Int]

  /// Fewer elements are not worth a histogram.
  static let leastElements = 32
  /// The most bins.
  static let mostBins = 48
  /// The share of numbers at either end that shall not stretch the range.
  private static let tail = 0.001

  /// Divides the range that all but a thousandth of the numbers at either end lie in.
  ///
  /// Nil when there are no numbers. The bins of integers hold the same number of integers each.
  init?(_ tally: NumberTally, areIntegers: Bool) {
    let entries = Self.ascending(tally.spread)
    let total = entries.reduce(0) { $0 + $1.count }
    guard total > 0, let first = entries.first, let last = entries.last else { return nil }
    let most = Int(Double(total) * Self.tail)
    let least = Self.value(after: most, in: entries) ?? first.value
    let largest = Self.value(after: most, in: entries.reversed()) ?? last.value
    let (width, bins) = Self.division(from: least, to: largest, areIntegers: areIntegers)
    low = least
    high = least + width * Double(bins)
    counts = Array(repeating: 0, count: bins)
    for entry in entries {
      let bin = ((entry.value - least) / width).rounded(.down)
      counts[Int(min(max(bin, 0), Double(bins - 1)))] += entry.count
    }
  }

  private static func division(
    from low: Double, to high: Double, areIntegers: Bool
  ) -> (width: Double, bins: Int) {
    if areIntegers {
      let span = high - low + 1
      let width = (span / Double(mostBins)).rounded(.up)
      return (width, Int((span / width).rounded(.up)))
    }
    guard high > low else { return (max(low.magnitude, 1) * 0.01, 1) }
    return ((high - low) / Double(mostBins), mostBins)
  }

  /// The numbers that were met, least first: negative ones have the sign bit and grow downwards.
  private static func ascending(_ spread: [Int]) -> [(value: Double, count: Int)] {
    let half = spread.count / 2
    let order = [Int]((half..<spread.count).reversed()) + Array(0..<half)
    return order.filter { spread[$0] > 0 }.map { code in
      (Double(Float(bitPattern: UInt32(code) << 16)), spread[code])
    }
  }

  /// The value that comes after the first `most` numbers.
  private static func value(
    after most: Int, in entries: some Sequence<(value: Double, count: Int)>
  ) -> Double? {
    var rest = most
    for entry in entries {
      guard entry.count <= rest else { return entry.value }
      rest -= entry.count
    }
    return nil
  }
}
