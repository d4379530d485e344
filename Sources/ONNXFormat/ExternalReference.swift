internal import ByteStorage

/// Where a tensor's elements stand in another file.
struct ExternalReference {
  /// The path as the file says it.
  let location: ByteString
  let offset: Int
  /// The size that is given; nil means the rest of the file.
  let length: Int?
  /// The size the tensor needs.
  let byteCount: Int
  /// SHA-1 of the whole file, as hexadecimal text.
  let checksum: ByteString?
  /// True when the checksum given is no SHA-1, so that nothing can be compared with it.
  let hasOddChecksum: Bool
  /// Keys that nobody knows.
  let unknownKeys: [ByteString]

  /// Reads the entries of a tensor.
  ///
  /// - Throws: `ONNXError` without a place for missing, repeated and malformed entries.
  init(_ entries: [(key: ByteString, value: ByteString)], byteCount: Int) throws {
    let known: Set<ByteString> = ["location", "offset", "length", "checksum"]
    var values: [ByteString: ByteString] = [:]
    for entry in entries where known.contains(entry.key) {
      guard values.updateValue(entry.value, forKey: entry.key) == nil else {
        throw ONNXError(.externalRange, "external data with \(entry.key) given twice")
      }
    }
    guard let location = values["location"] else {
      throw ONNXError(.externalPath, "external data without a location")
    }
    self.location = location
    self.byteCount = byteCount
    offset = try values["offset"].map { try Self.number($0, "offset") } ?? 0
    length = try values["length"].map { try Self.number($0, "length") }
    checksum = values["checksum"].flatMap { Self.isDigest($0) ? $0 : nil }
    hasOddChecksum = checksum == nil && values["checksum"] != nil
    unknownKeys = entries.map(\.key).filter { !known.contains($0) }
    guard length == nil || length == byteCount else {
      throw ONNXError(
        .externalRange, "external data of \(length ?? 0) bytes, but its shape takes \(byteCount)")
    }
    guard !offset.addingReportingOverflow(byteCount).overflow else {
      throw ONNXError(.externalRange, "external data at \(offset) ends beyond 64 bits")
    }
  }

  /// The place in the file.
  var range: Range<Int> { offset..<offset + byteCount }

  /// Forty hexadecimal digits.
  private static func isDigest(_ text: ByteString) -> Bool {
    text.bytes.count == 40 && text.bytes.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
  }

  /// A number of digits only: no sign, no blanks, no other base.
  private static func number(_ text: ByteString, _ key: String) throws -> Int {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard text.bytes.allSatisfy(digits.contains), let number = Int(text.text) else {
      throw ONNXError(.externalRange, "external data with \(key) \"\(text)\", which is no number")
    }
    return number
  }
}
