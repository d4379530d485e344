/// A cursor over a coded chunk that never leaves it.
struct CodedReader {
  private let bytes: UnsafeRawBufferPointer
  /// Bytes read so far.
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  /// The next byte.
  mutating func byte() throws(SparseCodingError) -> UInt8 {
    guard offset < bytes.count else { throw .truncated(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(SparseCodingError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - offset else { throw .truncated(offset: offset) }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }

  /// An LEB128 number below 2^35, in its shortest form.
  mutating func number() throws(SparseCodingError) -> Int {
    let start = offset
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      let next = try byte()
      value |= Int(next & 0x7F) << shift
      guard next & 0x80 == 0 else { continue }
      guard next != 0 || shift == 0 else { throw .badNumber(offset: start) }
      return value
    }
    throw .badNumber(offset: start)
  }

  /// Refuses bytes that nobody read.
  func finish() throws(SparseCodingError) {
    guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
  }
}

extension [UInt8] {
  /// Appends a non-negative number as LEB128.
  mutating func append(number: Int) {
    var rest = number
    while rest >= 0x80 {
      append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }
}

/// The bytes LEB128 takes for a non-negative number.
func encodedLength(ofNumber number: Int) -> Int {
  var rest = number >> 7
  var length = 1
  while rest > 0 {
    rest >>= 7
    length += 1
  }
  return length
}
