/// Bits as the digits of a number below one: arithmetic coding as schemas/encodings/mixing.md tells it.
struct PlainBitEncoder {
  /// Bytes of the number so far, the highest first; `low` is what follows them.
  private(set) var bytes: [UInt8] = []
  private var low: UInt64 = 0
  private var range: UInt64 = .init(UInt32.max)

  mutating func encode(_ bit: Bool, _ probability: Int) {
    let bound = (range >> 16) * UInt64(probability)
    low += bit ? 0 : bound
    range = bit ? bound : range - bound
    while range < 1 << 24 {
      range <<= 8
      shift()
    }
  }

  mutating func finish() {
    for _ in 0..<4 { shift() }
  }

  private mutating func shift() {
    if low >> 32 == 1 {
      var place = bytes.count - 1
      while bytes[place] == 255 {
        bytes[place] = 0
        place -= 1
      }
      bytes[place] += 1
    }
    bytes.append(UInt8(truncatingIfNeeded: low >> 24))
    low = (low & 0xFF_FFFF) << 8
  }
}

/// The way back; after the last byte, zeros are read.
struct PlainBitDecoder {
  let bytes: [UInt8]
  private(set) var offset = 0
  private var code: UInt64 = 0
  private var range: UInt64 = .init(UInt32.max)

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for _ in 0..<4 { shift() }
  }

  /// True when all bytes were read and no more.
  var isUsedUp: Bool { offset == bytes.count }

  mutating func decode(_ probability: Int) -> Bool {
    let bound = (range >> 16) * UInt64(probability)
    let bit = code < bound
    code -= bit ? 0 : bound
    range = bit ? bound : range - bound
    while range < 1 << 24 {
      range <<= 8
      shift()
    }
    return bit
  }

  private mutating func shift() {
    code = (code << 8 | UInt64(offset < bytes.count ? bytes[offset] : 0)) & 0xFFFF_FFFF
    offset += 1
  }
}
