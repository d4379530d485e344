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

  /// Writes the elements without their highest bit, and these bits, eight to a byte, lowest first.
  static func splitSigns(
    _ source: UnsafeRawBufferPointer, magnitudes: UnsafeMutableRawBufferPointer,
    signs: UnsafeMutableRawBufferPointer
  ) {
    guard let base = source.baseAddress, let target = magnitudes.baseAddress else { return }
    signs.zeroFill()
    for index in 0..<source.count / width {
      let element = load(base, index)
      store(element & (Self.max >> 1), target, index)
      let sign = UInt8(truncatingIfNeeded: element >> Self(bitWidth - 1))
      signs[index / 8] |= sign << UInt8(truncatingIfNeeded: index % 8)
    }
  }

  /// The way back from `splitSigns`, in place.
  ///
  /// False when an element has its highest bit already, or a bit belongs to no element.
  static func setSigns(
    of elements: UnsafeMutableRawBufferPointer, from signs: UnsafeRawBufferPointer
  ) -> Bool {
    guard let base = elements.baseAddress else { return true }
    let count = elements.count / width
    var highest: Self = 0
    for index in 0..<count {
      let magnitude = load(base, index)
      highest |= magnitude
      let sign = Self(signs[index / 8] >> UInt8(truncatingIfNeeded: index % 8) & 1)
      store(magnitude | sign << Self(bitWidth - 1), base, index)
    }
    let isWithoutSigns = highest >> Self(bitWidth - 1) == 0
    return isWithoutSigns && (count % 8 == 0 || signs[count / 8] >> UInt8(count % 8) == 0)
  }
}
