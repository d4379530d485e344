internal import ByteStorage
internal import ModelGraph

/// Writes a .npz file, array by array, which are not packed.
///
/// Sizes take 64 bits everywhere, as those of numpy.savez do. Source: PKWARE, "APPNOTE.TXT - .ZIP File
/// Format Specification", 4.3 to 4.5.
public struct ArrayArchiveWriter {
  private let append: ([UInt8]) throws -> Void
  private var offset = 0
  private var directory: [UInt8] = []
  private var count = 0

  /// Begins an archive whose bytes `append` takes one after the other.
  public init(_ append: @escaping ([UInt8]) throws -> Void) {
    self.append = append
  }

  /// Adds an array, its elements little-endian.
  ///
  /// - Throws: `NumPyError.unreadableType` for types that NumPy has not, and what appending throws.
  public mutating func add(_ array: NumericArray, named name: String) throws {
    guard let contents = NPYArray.bytes(of: array) else {
      throw NumPyError.unreadableType(name, type: array.elementType.name)
    }
    let member = ZipRecord(
      name: Array("\(name).npy".utf8), size: contents.count,
      checksum: Int(contents.withUnsafeBytes { crc32(of: $0) }), offset: offset)
    directory += member.directoryEntry
    count += 1
    try write(member.header)
    try write(contents)
  }

  /// Ends the archive with its directory.
  ///
  /// - Throws: what appending throws.
  public mutating func finish() throws {
    let start = offset
    try write(directory)
    try write(ZipRecord.end(of: count, directory: start..<offset))
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try append(bytes)
    offset += bytes.count
  }
}

/// What an archive says of one member that is not packed.
private struct ZipRecord {
  /// The first version with sizes of 64 bits.
  private static let version = 45
  /// The first day that can be told: archives of equal arrays are equal.
  private static let date = 1 << 5 | 1
  /// In place of what stands in a field of 64 bits.
  private static let elsewhere = 0xFFFF_FFFF

  let name: [UInt8]
  let size: Int
  let checksum: Int
  let offset: Int

  /// What stands before the member.
  var header: [UInt8] {
    Self.fields([(0x0403_4B50, 4)]) + description + Self.fields([(20, 2)]) + name
      + Self.fields([(1, 2), (16, 2), (size, 8), (size, 8)])
  }

  /// The same in the directory, and where it is.
  var directoryEntry: [UInt8] {
    Self.fields([(0x0201_4B50, 4), (Self.version, 2)]) + description
      // The extra field's size; no comment, disk or attributes.
      + Self.fields([(28, 2), (0, 2), (0, 2), (0, 2), (0, 4), (Self.elsewhere, 4)]) + name
      + Self.fields([(1, 2), (24, 2), (size, 8), (size, 8), (offset, 8)])
  }

  /// Version, flags, method, time and date, checksum, both sizes, length of the name.
  private var description: [UInt8] {
    Self.fields([
      (Self.version, 2), (0, 2), (0, 2), (0, 2), (Self.date, 2), (checksum, 4),
      (Self.elsewhere, 4), (Self.elsewhere, 4), (name.count, 2),
    ])
  }

  /// Where the directory is, in 64 bits, where that stands, and the end that all readers look for.
  static func end(of count: Int, directory: Range<Int>) -> [UInt8] {
    let large = fields([
      (0x0606_4B50, 4), (44, 8), (version, 2), (version, 2), (0, 4), (0, 4), (count, 8),
      (count, 8), (directory.count, 8), (directory.lowerBound, 8),
    ])
    let locator = fields([(0x0706_4B50, 4), (0, 4), (directory.upperBound, 8), (1, 4)])
    let last = fields([
      (0x0605_4B50, 4), (0, 2), (0, 2), (0xFFFF, 2), (0xFFFF, 2), (elsewhere, 4),
      (elsewhere, 4), (0, 2),
    ])
    return large + locator + last
  }

  /// Numbers, the lowest byte first, each with its size in bytes.
  private static func fields(_ fields: [(value: Int, size: Int)]) -> [UInt8] {
    fields.flatMap { field in
      (0..<field.size).map { UInt8(truncatingIfNeeded: field.value >> (8 * $0)) }
    }
  }
}
