/// Base-128 numbers, as protobuf writes them.
public enum Varint {
  /// How many bytes a number takes.
  public static func byteCount(of value: UInt64) -> Int {
    (70 - (value | 1).leadingZeroBitCount) / 7
  }

  /// Appends a number.
  public static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Reads a number and moves `position` behind it; nil when it does not end, or exceeds 64 bits.
  @inline(__always)
  public static func read(
    _ bytes: UnsafeRawBufferPointer, at position: inout Int
  ) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    var index = position
    while index < bytes.count, shift < 70 {
      let byte = bytes[index]
      index += 1
      if shift == 63, byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 {
        position = index
        return value
      }
      shift += 7
    }
    return nil
  }
}
