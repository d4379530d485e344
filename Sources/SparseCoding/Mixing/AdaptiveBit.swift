/// How probable a one is in some context, learnt from the bits seen in it.
struct AdaptiveBit {
  /// In parts of 2^16.
  private(set) var probability: UInt16 = 1 << 15
  /// How many bits were seen, up to a limit: what is seen later counts as much as that many.
  private var count: UInt16 = 0

  private static let limit: UInt16 = 255

  /// The share of its error that a probability is corrected by, in parts of 2^16, after some bits.
  static let rates: [Int32] = (0...Int32(limit)).map { (1 << 17) / (2 * $0 + 3) }

  /// Learns a bit: 65,535 for a one, else 0.
  @inline(__always)
  mutating func learn(_ target: Int32, _ rates: UnsafeBufferPointer<Int32>) {
    let old = Int32(probability)
    // The product may pass 2^31 by a bit.
    let change = (Int64(target &- old) &* Int64(rates[Int(count)])) &>> 16
    probability = UInt16(truncatingIfNeeded: old &+ Int32(truncatingIfNeeded: change))
    if count < Self.limit { count &+= 1 }
  }

  /// Makes the next bits count more, because they may be of another kind.
  mutating func forget(to most: UInt16) {
    count = min(count, most)
  }
}
