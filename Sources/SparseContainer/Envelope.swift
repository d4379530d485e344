internal import ByteStorage

/// The first bytes of a container: what it is, and its version.
///
/// See schemas/spm.md.
enum Header {
  static let size = 16
  /// As in PNG: a byte above 127, the name, and both kinds of line end, so that transfer damage shows.
  static let magic: [UInt8] = [0x89, 0x53, 0x50, 0x4D, 0x0D, 0x0A, 0x1A, 0x0A]
  static let version = Version(major: 1, minor: 0)
  /// What the format was called before its first release.
  private static let draft = Version(major: 0, minor: 1)

  struct Version: Equatable, CustomStringConvertible {
    let major: UInt8
    let minor: UInt8

    var description: String { "\(major).\(minor)" }
  }

  static var bytes: [UInt8] {
    let fields = magic + [version.major, version.minor, 0, 0]
    return fields + littleEndian(fields.withUnsafeBytes { crc32(of: $0) })
  }

  /// Checks the first bytes of a file.
  static func check(_ bytes: [UInt8]) throws(SparseContainerError) {
    guard bytes.starts(with: magic.prefix(bytes.count)) else {
      throw .notAContainer(diagnosis(of: bytes))
    }
    guard bytes.count == size else { throw .truncated }
    guard checksum(of: bytes[..<12]) == number(bytes[12..<16]) else { throw .damaged("header") }
    let found = Version(major: bytes[8], minor: bytes[9])
    // A newer minor version has nothing that its index does not say.
    guard found == draft || found.major == version.major else {
      throw .unsupportedVersion("\(found)")
    }
    guard bytes[10] == 0, bytes[11] == 0 else {
      throw .broken("reserved bytes of the header are set")
    }
  }

  /// What probably happened to a file whose magic is wrong.
  private static func diagnosis(of bytes: [UInt8]) -> String {
    let stripped = magic.map { $0 & 0x7F }
    if bytes.starts(with: stripped) { return "its eighth bits were stripped in transfer" }
    if bytes.starts(with: magic.prefix(4)) { return "its line ends were converted in transfer" }
    return "it does not begin like one"
  }
}

/// The last bytes of a container: where the index is.
struct Footer: Equatable {
  static let size = 48
  static let magic: [UInt8] = Header.magic.reversed()

  var indexOffset: UInt64
  var indexStoredLength: UInt64
  var indexLength: UInt64
  var indexChecksum: UInt32

  var bytes: [UInt8] {
    var fields = littleEndian(indexOffset) + littleEndian(indexStoredLength)
    fields += littleEndian(indexLength) + littleEndian(indexChecksum)
    fields += [UInt8](repeating: 0, count: 8)
    return fields + littleEndian(fields.withUnsafeBytes { crc32(of: $0) }) + Self.magic
  }
}

extension Footer {
  /// Reads the last bytes of a file of `fileSize` bytes.
  init(_ bytes: [UInt8], fileSize: Int) throws(SparseContainerError) {
    guard bytes.count == Self.size, bytes.suffix(8).elementsEqual(Self.magic) else {
      throw .truncated
    }
    guard checksum(of: bytes[..<36]) == number(bytes[36..<40]) else { throw .damaged("footer") }
    indexOffset = number(bytes[0..<8])
    indexStoredLength = number(bytes[8..<16])
    indexLength = number(bytes[16..<24])
    indexChecksum = number(bytes[24..<28])
    guard bytes[28..<36].allSatisfy({ $0 == 0 }) else {
      throw .broken("reserved bytes of the footer are set")
    }
    guard indexLength <= CodedIndex.maximumLength(stored: indexStoredLength) else {
      throw .tooLarge("the index")
    }
    guard let end = UInt64(exactly: fileSize - Self.size),
      indexOffset >= Header.size, indexOffset <= end, indexStoredLength == end - indexOffset
    else { throw .broken("the index does not end where the footer begins") }
  }
}

private func checksum(of bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBytes { crc32(of: $0) }
}

private func littleEndian<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func number<Number: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Number {
  bytes.reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
}
