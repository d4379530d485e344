internal import CCrypto
internal import CZlib

/// CRC-32 (ISO 3309, as in zip and PNG) of some bytes; finds damage, is no protection against malice.
public func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
  guard let start = bytes.baseAddress else { return 0 }
  return UInt32(
    truncatingIfNeeded: crc32_z(0, start.assumingMemoryBound(to: UInt8.self), bytes.count))
}

/// Computes a digest over bytes given in pieces.
public class Digest {
  private let size: Int
  private let context: OpaquePointer?

  fileprivate init(_ function: OpaquePointer?, size: Int) {
    self.size = size
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, function, nil)
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
    var digest = [UInt8](repeating: 0, count: size)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest
  }

  /// The digest of a whole source, read in pieces.
  fileprivate func digest(of source: any ByteSource) throws -> [UInt8] {
    try HashingSink(self).write(source)
    return finalize()
  }
}

/// Computes a SHA-256 digest (FIPS 180-4).
public final class SHA256: Digest {
  /// How many bytes a digest has.
  public static let digestSize = 32

  /// Starts a digest.
  public init() {
    super.init(EVP_sha256(), size: Self.digestSize)
  }

  /// The digest of a whole source, read in pieces.
  public static func digest(of source: any ByteSource) throws -> [UInt8] {
    try SHA256().digest(of: source)
  }
}

/// Computes a SHA-1 digest (FIPS 180-4): finds damage, is no protection against malice.
public final class SHA1: Digest {
  /// How many bytes a digest has.
  public static let digestSize = 20

  /// Starts a digest.
  public init() {
    super.init(EVP_sha1(), size: Self.digestSize)
  }

  /// The digest of a whole source, read in pieces.
  public static func digest(of source: any ByteSource) throws -> [UInt8] {
    try SHA1().digest(of: source)
  }
}

/// A sink that only hashes.
private final class HashingSink: ByteSink {
  private let hash: Digest
  private(set) var byteCount = 0

  init(_ hash: Digest) {
    self.hash = hash
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bytes)
    byteCount += bytes.count
  }
}
