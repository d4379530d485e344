// Zeros with a sign: only the highest bit of the element is set.
extension ElementWord {
  @inline(__always)
  private static var negativeZero: Self { 1 << Self(bitWidth - 1) }

  /// How many elements have the highest bit set and no other.
  static func negativeZeroCount(_ source: UnsafeRawBufferPointer) -> Int {
    guard let base = source.baseAddress else { return 0 }
    var found = 0
    for index in 0..<source.count / width where load(base, index) == negativeZero { found += 1 }
    return found
  }

  /// Writes the elements with zeros in place of negative ones, and for each zero a bit, lowest first,
  /// that says whether it was negative; returns how many zeros there are.
  ///
  /// `signs` has room for a bit of each element.
  static func splitZeroSigns(
    _ source: UnsafeRawBufferPointer, into elements: UnsafeMutableRawBufferPointer,
    signs: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let base = source.baseAddress, let target = elements.baseAddress else { return 0 }
    signs.zeroFill()
    var zeros = 0
    for index in 0..<source.count / width {
      let element = load(base, index)
      let isZero = 1 &- nonZeroBit(element & ~negativeZero)
      store(element & (0 &- (1 &- isZero) | ~negativeZero), target, index)
      // Without a branch: elements that are no zeros set no bit, and the next one takes their place.
      let sign = UInt8(truncatingIfNeeded: isZero & element >> Self(bitWidth - 1))
      signs[zeros / 8] |= sign &<< UInt8(truncatingIfNeeded: zeros % 8)
      zeros &+= Int(truncatingIfNeeded: isZero)
    }
    return zeros
  }

  /// Sets the highest bit of the zeros whose bits are set, one bit for each, lowest first.
  static func setZeroSigns(
    of elements: UnsafeMutableRawBufferPointer, from signs: UnsafeRawBufferPointer
  ) {
    guard let base = elements.baseAddress, !signs.isEmpty else { return }
    var zeros = 0
    for index in 0..<elements.count / width {
      let element = load(base, index)
      let isZero = 1 &- nonZeroBit(element)
      // Elements after the last zero read its byte; no branch, which would be mispredicted.
      let byte = Self(signs[Swift.min(zeros / 8, signs.count - 1)])
      let sign = byte >> Self(truncatingIfNeeded: zeros % 8) & isZero
      store(element | sign << Self(bitWidth - 1), base, index)
      zeros &+= Int(truncatingIfNeeded: isZero)
    }
  }
}
