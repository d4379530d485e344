internal import ByteStorage
internal import ModelGraph

/// Writes a .npz file, array by array, which are not packed.
///
/// Sizes take 64 bits everywhere, as those of numpy.savez do. Source: PKWARE, "APPNOTE.TXT - .ZIP File
/// Format Specification", 4.3 to 4.5.
public struct ArrayArchiveWriter {
  private static let version = 45
  private static let unknown: UInt64 = 0xFFFF_FFFF
  /// The first day that can be told: archives of equal arrays are equal.
  private static let date: UInt64 = 1 << 5 | 1

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
    let checksum = UInt64(contents.withUnsafeBytes { crc32(of: $0) })
    let bytes = Array("\(name).npy".utf8)
    let sizes = Self.number(UInt64(contents.count), 8) + Self.number(UInt64(contents.count), 8)
    let common =
      Self.numbers([(UInt64(Self.version), 2), (0, 2), (0, 2), (0, 2), (Self.date, 2)])
      + Self.numbers([
        (checksum, 4), (Self.unknown, 4), (Self.unknown, 4), (UInt64(bytes.count), 2),
      ])
    let header =
      [0x50, 0x4B, 3, 4] + common + Self.number(20, 2) + bytes
      + Self.numbers([(1, 2), (16, 2)]) + sizes
    directory +=
      [0x50, 0x4B, 1, 2] + Self.number(UInt64(Self.version), 2) + common
      + Self.numbers([(28, 2), (0, 2), (0, 2), (0, 2), (0, 4), (Self.unknown, 4)]) + bytes
      + Self.numbers([(1, 2), (24, 2)]) + sizes + Self.number(UInt64(offset), 8)
    try write(header)
    try write(contents)
    count += 1
  }

  /// Ends the archive with its directory.
  ///
  /// - Throws: what appending throws.
  public mutating func finish() throws {
    let (start, size) = (UInt64(offset), UInt64(directory.count))
    try write(directory)
    let end = UInt64(offset)
    let large =
      [0x50, 0x4B, 6, 6]
      + Self.numbers([
        (44, 8), (UInt64(Self.version), 2), (UInt64(Self.version), 2), (0, 4), (0, 4),
      ])
      + Self.numbers([(UInt64(count), 8), (UInt64(count), 8), (size, 8), (start, 8)])
    let locator = [0x50, 0x4B, 6, 7] + Self.numbers([(0, 4), (end, 8), (1, 4)])
    let tail =
      [0x50, 0x4B, 5, 6]
      + Self.numbers([(0, 2), (0, 2), (0xFFFF, 2), (0xFFFF, 2), (Self.unknown, 4)])
      + Self.numbers([(Self.unknown, 4), (0, 2)])
    try write(large + locator + tail)
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try append(bytes)
    offset += bytes.count
  }

  private static func numbers(_ fields: [(value: UInt64, size: Int)]) -> [UInt8] {
    fields.flatMap { number($0.value, $0.size) }
  }

  private static func number(_ value: UInt64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
