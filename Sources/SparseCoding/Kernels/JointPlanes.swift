/// The highest bits of mantissas beside exponents: two planes of bytes become a plane of symbols and
/// a row of bits.
///
/// A symbol is the exponent's distance from `base`, 0 for an exponent of 0, above the `bits` highest
/// bits of the mantissa. The other bits of the mantissa's byte follow each other without gaps.
struct JointPlanes {
  /// How many bits of the mantissa are in a symbol.
  let bits: Int
  /// The smallest exponent that is not 0.
  let base: UInt8

  /// How many bits of each byte of the mantissa are not in the symbol.
  var restBits: Int { 8 - bits }

  /// The bytes that the bits of so many elements take that are not in symbols.
  func restSize(_ count: Int) -> Int { (count * restBits + 7) / 8 }

  /// True when the exponents up to one have symbols.
  func reaches(_ highest: UInt8) -> Bool { Int(highest) - Int(base) + 1 < 1 << restBits }

  /// The smallest exponent but 0 and the largest one; nil when all are 0.
  static func range(of exponents: UnsafeRawBufferPointer) -> ClosedRange<UInt8>? {
    // One less makes 0 the largest, in a loop that has no branches.
    var (smallest, largest): (UInt8, UInt8) = (.max, 0)
    for exponent in exponents {
      smallest = min(smallest, exponent &- 1)
      largest = max(largest, exponent)
    }
    return largest == 0 ? nil : smallest &+ 1...largest
  }

  /// Makes symbols of exponents and mantissas, and of each mantissa what is not in its symbol.
  func join(
    _ exponents: UnsafeRawBufferPointer, _ mantissas: UnsafeRawBufferPointer,
    into symbols: UnsafeMutableRawBufferPointer, rest: UnsafeMutableRawBufferPointer
  ) {
    let (shift, down) = (UInt8(bits), UInt8(restBits))
    let (below, mask) = (base &- 1, UInt8(1 << restBits - 1))
    for index in exponents.indices {
      let (exponent, mantissa) = (exponents[index], mantissas[index])
      let distance = exponent > below ? exponent &- below : 0
      symbols[index] = distance &<< shift | mantissa &>> down
      rest[index] = mantissa & mask
    }
  }

  /// The way back from `join`; false when a symbol stands for no exponent.
  func part(
    _ symbols: UnsafeMutableRawBufferPointer, _ mantissas: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let (shift, rest, below) = (UInt8(bits), UInt8(restBits), base &- 1)
    var largest: UInt8 = 0
    for index in symbols.indices {
      let symbol = symbols[index]
      let distance = symbol &>> shift
      largest = max(largest, distance)
      symbols[index] = distance == 0 ? 0 : distance &+ below
      mantissas[index] |= symbol &<< rest
    }
    return largest <= .max - below
  }
}

/// Bytes of which only the lowest bits are used, without the others.
struct PackedBits {
  /// How many bits of each byte count: 1 to 8.
  let width: Int

  /// Writes the bits of all bytes one after the other, the lowest first.
  ///
  /// Up to eight bytes behind the packed ones are written.
  func pack(_ bytes: UnsafeRawBufferPointer, into packed: UnsafeMutableRawBufferPointer) {
    guard let source = bytes.baseAddress, let target = packed.baseAddress else { return }
    for group in 0..<bytes.count / 8 {
      let word = source.loadUnaligned(fromByteOffset: group &* 8, as: UInt64.self)
      target.storeBytes(
        of: gathered(word.littleEndian).littleEndian, toByteOffset: group &* width,
        as: UInt64.self)
    }
    guard bytes.count % 8 > 0 else { return }
    var last: UInt64 = 0
    for place in 0..<bytes.count % 8 {
      last |= UInt64(bytes[bytes.count / 8 * 8 + place]) << UInt64(8 * place)
    }
    target.storeBytes(
      of: gathered(last).littleEndian, toByteOffset: bytes.count / 8 * width, as: UInt64.self)
  }

  /// The way back from `pack`, which fills `bytes`.
  func unpack(_ packed: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) {
    guard let source = packed.baseAddress, let target = bytes.baseAddress else { return }
    // Groups of eight that are whole and whose bits have eight bytes to be read from.
    let whole = min(bytes.count / 8, max(0, (packed.count - 8 + width) / width))
    for group in 0..<whole {
      let word = source.loadUnaligned(fromByteOffset: group &* width, as: UInt64.self)
      target.storeBytes(
        of: spread(word.littleEndian).littleEndian, toByteOffset: group &* 8, as: UInt64.self)
    }
    for index in whole * 8..<bytes.count {
      let (byte, bit) = (index * width / 8, index * width % 8)
      let next = byte + 1 < packed.count ? UInt16(packed[byte + 1]) << 8 : 0
      let bits = (UInt16(packed[byte]) | next) >> UInt16(bit)
      bytes[index] = UInt8(truncatingIfNeeded: bits & (1 << UInt16(width) - 1))
    }
  }

  /// Eight bytes' bits at the low end, by pairs of bytes, of pairs, of fours.
  private func gathered(_ bytes: UInt64) -> UInt64 {
    let width = UInt64(truncatingIfNeeded: width)
    var word = bytes
    word = word & 0x00FF_00FF_00FF_00FF | (word &>> 8 & 0x00FF_00FF_00FF_00FF) &<< width
    word = word & 0x0000_FFFF_0000_FFFF | (word &>> 16 & 0x0000_FFFF_0000_FFFF) &<< (2 &* width)
    return word & 0xFFFF_FFFF | (word &>> 32) &<< (4 &* width)
  }

  private func spread(_ bits: UInt64) -> UInt64 {
    let width = UInt64(truncatingIfNeeded: width)
    func low(_ count: UInt64) -> UInt64 { (1 &<< count) &- 1 }
    var word = bits
    word = word & low(4 &* width) | (word &>> (4 &* width) & low(4 &* width)) &<< 32
    let pairs = low(2 &* width) &* 0x1_0000_0001
    word = word & pairs | (word &>> (2 &* width) & pairs) &<< 16
    let bytes = low(width) &* 0x0001_0001_0001_0001
    return word & bytes | (word &>> width & bytes) &<< 8
  }
}
