internal import ByteStorage

/// What the directory says of a member.
struct ZipEntry {
  private static let headerSize = 30
  private static let stored = 0
  private static let deflated = 8
  /// No deflate stream grows by more when it is unpacked.
  private static let mostGrowth = 1032

  private let flags: Int
  private let method: Int
  private let checksum: UInt32
  private let name: [UInt8]
  private var storedSize: Int
  private var size: Int
  private var offset: Int

  /// Reads the next entry of the directory.
  init(_ cursor: inout ZipCursor) throws {
    try cursor.expect([0x50, 0x4B, 1, 2], "an entry of its directory")
    cursor.skip(4)
    (flags, method) = (try cursor.number(2), try cursor.number(2))
    cursor.skip(4)
    checksum = UInt32(truncatingIfNeeded: try cursor.number(4))
    (storedSize, size) = (try cursor.number(4), try cursor.number(4))
    let lengths = [try cursor.number(2), try cursor.number(2), try cursor.number(2)]
    cursor.skip(8)
    offset = try cursor.number(4)
    name = try cursor.bytes(lengths[0])
    var extra = ZipCursor(try cursor.bytes(lengths[1]))
    _ = try cursor.bytes(lengths[2])
    try readLargeSizes(&extra)
  }

  /// Sizes that take 64 bits stand behind the name.
  private mutating func readLargeSizes(_ extra: inout ZipCursor) throws {
    while !extra.isAtEnd {
      let (kind, length) = (try extra.number(2), try extra.number(2))
      var field = ZipCursor(try extra.bytes(length))
      guard kind == 1 else { continue }
      if size == 0xFFFF_FFFF { size = try field.number(8) }
      if storedSize == 0xFFFF_FFFF { storedSize = try field.number(8) }
      if offset == 0xFFFF_FFFF { offset = try field.number(8) }
    }
  }

  /// The member, when its own header agrees.
  ///
  /// Throws `NumPyError.badArchive`.
  func member(in source: any ByteSource, before end: Int) throws -> ZipArchive.Member {
    let shown = ByteString(name)
    guard flags & 1 == 0 else { throw NumPyError.badArchive(reason: "\"\(shown)\" is encrypted") }
    guard method == Self.stored || method == Self.deflated else {
      throw NumPyError.badArchive(reason: "\"\(shown)\" is packed by the unknown method \(method)")
    }
    guard offset >= 0, offset <= end - Self.headerSize else {
      throw NumPyError.badArchive(reason: "\"\(shown)\" lies outside")
    }
    var header = ZipCursor(try source.bytes(in: offset..<offset + Self.headerSize))
    try header.expect([0x50, 0x4B, 3, 4], "the header of a member")
    header.skip(2)
    let (ownFlags, ownMethod) = (try header.number(2), try header.number(2))
    header.skip(16)
    let (nameLength, extraLength) = (try header.number(2), try header.number(2))
    let start = offset + Self.headerSize + nameLength + extraLength
    guard start <= end, storedSize >= 0, storedSize <= end - start else {
      throw NumPyError.badArchive(reason: "\"\(shown)\" lies outside")
    }
    let nameStart = offset + Self.headerSize
    guard ownMethod == method, ownFlags & 1 == 0,
      try source.bytes(in: nameStart..<nameStart + nameLength) == name
    else { throw NumPyError.badArchive(reason: "\"\(shown)\" is described in two ways") }
    try checkSize(shown)
    return ZipArchive.Member(
      name: String(decoding: name, as: UTF8.self), isDeflated: method == Self.deflated, size: size,
      checksum: checksum, range: start..<start + storedSize)
  }

  private func checkSize(_ shown: ByteString) throws {
    let most =
      method == Self.stored
      ? storedSize
      : storedSize.multipliedReportingOverflow(
        by: Self.mostGrowth
      ).partialValue
    let isPossible = method == Self.stored ? size == storedSize : size <= most
    guard size >= 0, size <= ZipArchive.mostBytes, isPossible else {
      throw NumPyError.badArchive(
        reason: "\"\(shown)\" cannot have \(size) bytes when \(storedSize) are stored")
    }
  }
}

/// Reads numbers and bytes one after the other; nothing beyond the end.
struct ZipCursor {
  private let contents: [UInt8]
  private var position = 0

  init(_ contents: [UInt8]) {
    self.contents = contents
  }

  var isAtEnd: Bool { position >= contents.count }

  mutating func skip(_ count: Int) {
    position += count
  }

  mutating func bytes(_ count: Int) throws -> [UInt8] {
    guard count <= contents.count - position else {
      throw NumPyError.badArchive(reason: "its directory is cut off")
    }
    defer { position += count }
    return Array(contents[position..<position + count])
  }

  /// The next number of so many bytes; negative when it is too large.
  mutating func number(_ size: Int) throws -> Int {
    Int(truncatingIfNeeded: try bytes(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  mutating func expect(_ mark: [UInt8], _ what: String) throws {
    guard try bytes(mark.count) == mark else {
      throw NumPyError.badArchive(reason: "\(what) is not where it should be")
    }
  }
}
