/// How a value stands on the wire.
enum WireType: Int {
  case varint
  case fixed64
  case delimited
  case groupStart
  case groupEnd
  case fixed32
}

extension WireWalker {
  mutating func readTag(_ frame: Frame) throws -> (number: Int, type: WireType) {
    let start = cursor.position
    let tag = try readVarint(frame, nil)
    let number = Int(truncatingIfNeeded: tag >> 3)
    guard cursor.position - start <= 5, tag <= UInt64(UInt32.max), number > 0 else {
      throw error(.tag, at: start, "field number \(tag >> 3) is not between 1 and 536870911")
    }
    guard let type = WireType(rawValue: Int(tag & 7)) else {
      throw error(.wireType, at: start, "field \(number) has the unknown wire type \(tag & 7)")
    }
    return (number, type)
  }

  mutating func readVarint(_ frame: Frame, _ field: Int?) throws -> UInt64 {
    let bytes = try cursor.bytes(atLeast: min(10, frame.end - cursor.position))
    let own = UnsafeRawBufferPointer(rebasing: bytes.prefix(frame.end - cursor.position))
    var length = 0
    if let value = Varint.read(own, at: &length) {
      cursor.advance(by: length)
      return value
    }
    if own.count >= 10 {
      throw error(.varint, in: field, "a varint has more than 64 bits")
    }
    throw error(.truncated, in: field, "truncated: a varint does not end inside of its message")
  }

  /// Reads a length and checks that as many bytes follow in the message.
  mutating func readLength(_ frame: Frame, _ field: Int?) throws -> Int {
    let start = cursor.position
    let length = try readVarint(frame, field)
    let rest = frame.end - cursor.position
    guard length <= UInt64(rest) else {
      throw error(
        .length, at: start, in: field, "length \(length), but only \(rest) bytes are left")
    }
    guard cursor.position - start <= 5 else {
      throw error(.length, at: start, in: field, "a length takes more than 5 bytes")
    }
    return Int(length)
  }

  mutating func keep(_ count: Int, _ frame: Frame, _ field: Int?) throws {
    guard count <= frame.end - cursor.position else {
      throw error(.truncated, in: field, "truncated: a value does not end inside of its message")
    }
    guard try cursor.keep(count) else {
      throw error(.hole, in: field, "the template has a hole where structure is needed")
    }
  }

  mutating func readBytes(_ field: WireSchema.Field, _ index: Int, _ frame: Frame) throws {
    let length = try readLength(frame, index)
    guard !field.isName || length <= limits.nameLength else {
      throw error(.nameLength, in: index, "a name of \(length) bytes, limit \(limits.nameLength)")
    }
    try charge(field.memorySize + length + 16, index)
    try keep(length, frame, index)
  }

  mutating func readScalar(
    _ field: WireSchema.Field, _ index: Int, _ type: WireType, _ frame: Frame
  ) throws {
    if field.isRepeated { try charge(field.memorySize, index) }
    switch (field.kind, type) {
    case (.varint32, .varint): try readNumber32(frame, index)
    case (.varint64, .varint): _ = try readVarint(frame, index)
    case (.fixed32, .fixed32): try keep(4, frame, index)
    case (.fixed64, .fixed64): try keep(8, frame, index)
    default: throw error(.wireType, in: index, "the value has wire type \(type)")
    }
  }

  /// Reads a number of 32 bits: as such, or with its sign stretched to 64.
  private mutating func readNumber32(_ frame: Frame, _ field: Int?) throws {
    let start = cursor.position
    let value = try readVarint(frame, field)
    guard value <= UInt64(UInt32.max) || Int64(bitPattern: value) >= Int64(Int32.min),
      value <= UInt64(UInt32.max) || Int64(bitPattern: value) < 0
    else {
      throw error(.varint, at: start, in: field, "the number \(value) does not fit 32 bits")
    }
  }

  mutating func readPacked(_ field: WireSchema.Field, _ index: Int, _ frame: Frame) throws {
    let length = try readLength(frame, index)
    switch field.kind {
    case .fixed32, .fixed64:
      try checkMultiple(length, of: field.memorySize, index)
      try charge(length, index)
      try keep(length, frame, index)
    default:
      let inner = Frame(
        message: frame.message, field: index, start: cursor.position,
        end: cursor.position + length, groupNumber: 0, lengthEdit: nil, detaches: false)
      while cursor.position < inner.end {
        try readScalar(field, index, .varint, inner)
      }
    }
  }

  func checkMultiple(_ length: Int, of size: Int, _ field: Int) throws {
    guard length % size == 0 else {
      throw error(.packedLength, in: field, "\(length) bytes are not a multiple of \(size)")
    }
  }

  /// Counts memory that unpacking will take, against what the bytes read so far may ask for.
  mutating func charge(_ bytes: Int, _ field: Int?) throws {
    memory += bytes
    let (scaled, overflow) = cursor.literalPosition.multipliedReportingOverflow(
      by: limits.memoryRatio)
    guard overflow || memory - limits.baseMemory <= scaled else {
      throw error(.memory, in: field, "the structure would take more than \(memory >> 20) MiB")
    }
  }
}
