internal import ByteStorage

/// A zip archive as NumPy writes it: stored or deflated members, with 64-bit sizes where needed.
///
/// Source: PKWARE's APPNOTE 6.3.10. Nothing is unpacked to files. What two places of the archive say
/// differently, members that overlap, encryption and further disks are refused.
struct ZipArchive {
  /// One member, as the directory and its own header agree on it.
  struct Member {
    let name: String
    let isDeflated: Bool
    /// The size when unpacked.
    let size: Int
    let checksum: UInt32
    /// Where its stored bytes are.
    var range: Range<Int>
  }

  /// The most members.
  static let mostMembers = 1 << 16
  /// The most bytes of one member, unpacked.
  static let mostBytes = Limits.arrayBytes

  let source: any ByteSource
  let members: [Member]

  /// True when a file begins like a zip archive, even an empty one.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Reads the directory and each member's header.
  ///
  /// - Throws: `NumPyError.badArchive`, and what reading the source throws.
  init(_ source: any ByteSource) throws {
    self.source = source
    let end = try ZipEnd(source)
    var cursor = ZipCursor(try source.bytes(in: end.directory))
    var members: [Member] = []
    for _ in 0..<end.count {
      let entry = try ZipEntry(&cursor)
      members.append(try entry.member(in: source, before: end.directory.lowerBound))
    }
    guard cursor.isAtEnd else { throw NumPyError.badArchive(reason: "its directory is too long") }
    guard Set(members.map(\.name)).count == members.count else {
      throw NumPyError.badArchive(reason: "two members have one name")
    }
    let ordered = members.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    for (first, second) in zip(ordered, ordered.dropFirst())
    where first.upperBound > second.lowerBound {
      throw NumPyError.badArchive(reason: "two members overlap")
    }
    self.members = members
  }
}

/// Where the directory is.
private struct ZipEnd {
  private static let size = 22
  private static let longestComment = 0xFFFF
  private static let locatorSize = 20
  private static let largeSize = 56
  private static let smallestEntry = 46
  /// The most bytes of a directory.
  private static let mostBytes = 1 << 26

  let directory: Range<Int>
  let count: Int

  init(_ source: any ByteSource) throws {
    let start = try Self.find(in: source)
    var cursor = ZipCursor(try source.bytes(in: start..<start + Self.size))
    cursor.skip(4)
    let disks = [try cursor.number(2), try cursor.number(2)]
    var counts = [try cursor.number(2), try cursor.number(2)]
    var (size, offset) = (try cursor.number(4), try cursor.number(4))
    var end = start
    if counts[1] == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      (counts, size, offset, end) = try Self.large(source, before: start)
    }
    let (upper, overflow) = offset.addingReportingOverflow(size)
    guard disks == [0, 0], counts[0] == counts[1], !overflow, offset >= 0, size >= 0, upper <= end,
      size <= Self.mostBytes, (0...ZipArchive.mostMembers).contains(counts[0]),
      size >= counts[0] * Self.smallestEntry
    else { throw NumPyError.badArchive(reason: "its directory is not where it should be") }
    (directory, count) = (offset..<upper, counts[0])
  }

  /// The last place that looks like the end and has a comment that reaches to the end of the file.
  private static func find(in source: any ByteSource) throws -> Int {
    let length = min(source.byteCount, size + longestComment)
    let first = source.byteCount - length
    let tail = try source.bytes(in: first..<source.byteCount)
    var place = length - size
    while place >= 0 {
      if tail[place...].starts(with: [0x50, 0x4B, 5, 6]),
        Int(tail[place + 20]) | Int(tail[place + 21]) << 8 == length - size - place
      {
        return first + place
      }
      place -= 1
    }
    throw NumPyError.badArchive(reason: "it has no directory; perhaps it was cut off")
  }

  /// The same in an archive with 64-bit sizes.
  private static func large(
    _ source: any ByteSource, before end: Int
  ) throws -> (counts: [Int], size: Int, offset: Int, end: Int) {
    guard end >= locatorSize else { throw NumPyError.badArchive(reason: "its end is cut off") }
    var locator = ZipCursor(try source.bytes(in: end - locatorSize..<end))
    try locator.expect([0x50, 0x4B, 6, 7], "the place of its directory")
    locator.skip(4)
    let place = try locator.number(8)
    guard place >= 0, place <= end - locatorSize - largeSize else {
      throw NumPyError.badArchive(reason: "its directory is not where it should be")
    }
    var cursor = ZipCursor(try source.bytes(in: place..<place + largeSize))
    try cursor.expect([0x50, 0x4B, 6, 6], "the end of its directory")
    cursor.skip(20)
    let counts = [try cursor.number(8), try cursor.number(8)]
    return (counts, try cursor.number(8), try cursor.number(8), place)
  }
}
