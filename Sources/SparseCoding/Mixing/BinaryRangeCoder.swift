/// Codes bits of known probability into bytes.
///
/// After Martin, "Range encoding: an algorithm for removing redundancy from a digitised message"
/// (1979), for two symbols. Probabilities are those of a one, in parts of 2^16.
struct BinaryEncoder {
  private(set) var bytes: [UInt8] = []
  /// The beginning of the interval; bit 32 is a carry into the bytes before.
  private var low: UInt64 = 0
  private var range = UInt32.max
  /// The byte a carry may still change, and how many bytes of 255 follow it.
  private var last: UInt8 = 0
  private var full = 0
  private var isFirst = true

  mutating func encode(_ bit: Bool, _ probability: UInt32) {
    let bound = (range >> 16) * probability
    if bit {
      range = bound
    } else {
      low += UInt64(bound)
      range -= bound
    }
    while range < 1 << 24 {
      range <<= 8
      shift()
    }
  }

  /// Writes what is left; the last call.
  mutating func finish() {
    for _ in 0..<5 { shift() }
  }

  /// Takes the highest byte out of `low`.
  private mutating func shift() {
    let byte = UInt8(truncatingIfNeeded: low >> 24)
    let carry = UInt8(truncatingIfNeeded: low >> 32)
    low = (low & 0xFF_FFFF) << 8
    guard carry == 1 || byte < .max else {
      full += 1
      return
    }
    // Before the first byte there is none, and nothing carries into it.
    if !isFirst { bytes.append(last &+ carry) }
    isFirst = false
    for _ in 0..<full { bytes.append(.max &+ carry) }
    (full, last) = (0, byte)
  }
}

/// The way back from `BinaryEncoder`.
struct BinaryDecoder {
  private let bytes: UnsafeRawBufferPointer
  /// Bytes read so far, those beyond the end with them.
  private(set) var offset = 0
  private var code: UInt32 = 0
  private var range = UInt32.max

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    for _ in 0..<4 { code = code << 8 | next() }
  }

  /// The next bit; after the last byte, zeros are read.
  @inline(__always)
  mutating func decode(_ probability: UInt32) -> Bool {
    let bound = (range >> 16) &* probability
    let bit = code < bound
    if bit {
      range = bound
    } else {
      code &-= bound
      range &-= bound
    }
    while range < 1 << 24 {
      range <<= 8
      code = code << 8 | next()
    }
    return bit
  }

  private mutating func next() -> UInt32 {
    defer { offset &+= 1 }
    return offset < bytes.count ? UInt32(bytes[offset]) : 0
  }
}
