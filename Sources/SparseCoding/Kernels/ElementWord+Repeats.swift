extension ElementWord {
  /// How many of the non-zero elements look like one before them.
  ///
  /// `seen` is 2^16 bits, all zero; elements are told apart by a hash, so a few are counted wrongly.
  static func repeatCount(
    _ source: UnsafeRawBufferPointer, seen: UnsafeMutablePointer<UInt64>
  ) -> Int {
    guard let base = source.baseAddress else { return 0 }
    var repeats = 0
    for index in 0..<source.count / width {
      let element = load(base, index)
      guard element != 0 else { continue }
      let mixed = UInt64(truncatingIfNeeded: element ^ (element >> (Self(bitWidth) / 2)))
      let hash = (mixed &* 0x9E37_79B9_7F4A_7C15) >> 48
      let bit = UInt64(1) << (hash & 63)
      if seen[Int(hash >> 6)] & bit != 0 { repeats += 1 }
      seen[Int(hash >> 6)] |= bit
    }
    return repeats
  }
}
