internal import CCrypto
internal import CZlib

/// CRC-32 (ISO 3309, as in zip and PNG) of some bytes; finds damage, is no protection against malice.
public func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
  guard let start = bytes.baseAddress else { return 0 }
  return UInt32(
    truncatingIfNeeded: crc32_z(0, start.assumingMemoryBound(to: UInt8.self), bytes.count))
}

/// Computes a SHA-256 (FIPS 180-4) digest over bytes given in pieces.
public final class SHA256 {
  /// How many bytes a digest has.
  public static let digestSize = 32
  private let context: OpaquePointer?

  /// Starts a digest.
  public init() {
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Adds bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes added; nothing may be added after.
  public func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.digestSize)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// The digest of a whole source, read in pieces.
  public static func digest(of source: any ByteSource) throws -> [UInt8] {
    let sink = HashingSink()
    try sink.write(source)
    return sink.hash.finalize()
  }
}

/// A sink that only hashes.
private final class HashingSink: ByteSink {
  let hash = SHA256()
  private(set) var byteCount = 0

  func write(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bytes)
    byteCount += bytes.count
  }
}
