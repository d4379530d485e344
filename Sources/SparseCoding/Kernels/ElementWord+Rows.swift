extension ElementWord {
  /// How many of the lowest bits are zero in all elements, or fewer than `least` when that is so.
  ///
  /// At most what elements of one byte less have: those that are all zero are as narrow as any.
  static func trailingZeroBits(_ source: UnsafeRawBufferPointer, atLeast least: Int) -> Int {
    guard let base = source.baseAddress else { return 0 }
    var union: Self = 0
    for index in 0..<source.count / width {
      union |= load(base, index)
      if union.trailingZeroBitCount < least { break }
    }
    return Swift.min(union.trailingZeroBitCount, bitWidth - 8)
  }

  /// How far an element is from the one before it, on average, as signed numbers, in fourths.
  ///
  /// Follows the spread of elements wherever their middle is.
  static func meanStep(_ source: UnsafeRawBufferPointer) -> Int {
    guard let base = source.baseAddress, source.count > width else { return 0 }
    let count = source.count / width
    var total: UInt64 = 0
    for index in 1..<count {
      let step = load(base, index) &- load(base, index &- 1)
      total &+= UInt64(truncatingIfNeeded: Swift.min(step, 0 &- step))
    }
    return Int(truncatingIfNeeded: 4 &* total / UInt64(count &- 1))
  }
}
