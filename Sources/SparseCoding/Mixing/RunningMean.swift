/// The mean of the numbers seen in some context, from 0 to 65,535, in which later ones count more.
///
/// With 65,535 for a one and 0 for a zero it is the probability of a one, in parts of 2^16.
struct RunningMean {
  private(set) var value: UInt16
  /// How many numbers were seen, up to a limit: what is seen later counts as much as that many.
  private var count: UInt16

  private static let limit: UInt16 = 255

  /// The share of its error that a mean is corrected by, in parts of 2^16, after some numbers.
  static let rates: [Int32] = (0...Int32(limit)).map { (1 << 17) / (2 * $0 + 3) }

  /// A mean that counts as that of so many numbers.
  init(_ value: UInt16 = 1 << 15, of count: UInt16 = 0) {
    (self.value, self.count) = (value, count)
  }

  @inline(__always)
  mutating func learn(_ number: Int32, _ rates: UnsafeBufferPointer<Int32>) {
    let old = Int32(value)
    // The product may pass 2^31 by a bit.
    let change = (Int64(number &- old) &* Int64(rates[Int(count)])) &>> 16
    value = UInt16(truncatingIfNeeded: old &+ Int32(truncatingIfNeeded: change))
    if count < Self.limit { count &+= 1 }
  }

  /// Makes the next numbers count more, because they may be of another kind.
  mutating func forget(to most: UInt16) {
    count = min(count, most)
  }
}
