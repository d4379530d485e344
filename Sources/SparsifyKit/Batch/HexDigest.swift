internal import ByteStorage

/// SHA-256 in hexadecimal, as plans and results hold it.
enum HexDigest {
  /// The digest of bytes in memory.
  static func sha256(of bytes: [UInt8]) -> String {
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finalize().hexadecimal
  }

  /// The digest of a whole source, read in pieces.
  ///
  /// Throws what reading throws.
  static func sha256(of source: any ByteSource) throws -> String {
    try SHA256.digest(of: source).hexadecimal
  }
}
