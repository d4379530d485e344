internal import ByteStorage

/// SHA-256 in hexadecimal, as plans and results hold it.
enum HexDigest {
  /// The digest of bytes in memory.
  static func sha256(of bytes: [UInt8]) -> String {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return text(hash.finalize())
  }

  /// The digest of a whole source, read in pieces.
  ///
  /// Throws what reading throws.
  static func sha256(of source: any ByteSource) throws -> String {
    text(try SHA256.digest(of: source))
  }

  private static func text(_ digest: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let bytes = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
