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
