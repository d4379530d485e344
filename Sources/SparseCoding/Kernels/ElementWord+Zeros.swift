internal import CKernels

extension ElementWord {
  /// How many elements have no bit set.
  static func zeroCount(_ source: UnsafeRawBufferPointer) -> Int {
    guard let base = source.baseAddress else { return 0 }
    return count_zeros(
      UInt32(width), base.assumingMemoryBound(to: UInt8.self), source.count / width)
  }

  /// Writes one bit per element, lowest bit first, set where the element is not zero.
  static func makeMask(_ source: UnsafeRawBufferPointer, into mask: UnsafeMutableRawPointer) {
    guard let base = source.baseAddress else { return }
    let count = source.count / width
    for byte in 0..<(count / 8) {
      var bits: UInt8 = 0
      for bit in 0..<8 {
        let isKept = UInt8(truncatingIfNeeded: nonZeroBit(load(base, byte &* 8 &+ bit)))
        bits |= isKept &<< UInt8(truncatingIfNeeded: bit)
      }
      mask.storeBytes(of: bits, toByteOffset: byte, as: UInt8.self)
    }
    guard count % 8 > 0 else { return }
    var bits: UInt8 = 0
    for bit in 0..<(count % 8) where load(base, count / 8 * 8 + bit) != 0 { bits |= 1 << bit }
    mask.storeBytes(of: bits, toByteOffset: count / 8, as: UInt8.self)
  }

  /// Writes the non-zero elements and their indices (UInt32), each with room for one more.
  ///
  /// Every element is written, and the next one overwrites it unless it counts: no branch to miss.
  static func compact(
    _ source: UnsafeRawBufferPointer, into values: UnsafeMutableRawPointer,
    positions: UnsafeMutableRawPointer
  ) {
    guard let base = source.baseAddress else { return }
    var kept = 0
    for index in 0..<(source.count / width) {
      let value = load(base, index)
      store(value, values, kept)
      UInt32.store(UInt32(truncatingIfNeeded: index), positions, kept)
      kept &+= Int(truncatingIfNeeded: nonZeroBit(value))
    }
  }

  /// Puts the values where the mask, padded to whole 64-bit words, has its bits.
  static func scatter(
    _ values: UnsafeRawPointer, mask: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
  ) {
    guard let words = mask.baseAddress else { return }
    var next = 0
    for word in 0..<(mask.count / 8) {
      var bits = UInt64.load(words, word)
      while bits != 0 {
        store(load(values, next), output, word &* 64 &+ bits.trailingZeroBitCount)
        next &+= 1
        bits &= bits &- 1
      }
    }
  }

  /// Puts each value after its gap; 255 skips 255 elements without a value.
  static func scatter(
    _ values: UnsafeRawPointer, gaps: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer
  ) {
    var position = 0
    var next = 0
    for gap in gaps {
      position &+= Int(gap)
      guard gap != .max else { continue }
      store(load(values, next), output, position)
      position &+= 1
      next &+= 1
    }
  }
}
