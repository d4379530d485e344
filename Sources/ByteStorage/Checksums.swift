internal import CCrypto
internal import CDeflate

/// CRC-32 (ISO 3309, as in zip and PNG) of some bytes; finds damage, is no protection against malice.
public func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
  libdeflate_crc32(0, bytes.baseAddress, bytes.count)
}

/// Computes a digest over bytes given in pieces.
public protocol Digest: AnyObject {
  /// How many bytes a digest has.
  static var digestSize: Int { get }

  /// Starts a digest.
  init()

  /// Adds bytes.
  func update(_ bytes: UnsafeRawBufferPointer)

  /// The digest of all bytes added; nothing may be added after.
  func finalize() -> [UInt8]
}

extension Digest {
  /// The digest of a whole source, read in pieces.
  public static func digest(of source: any ByteSource) throws -> [UInt8] {
    let hash = Self()
    // Pieces that stay in the processor's cache.
    try HashingSink(hash).write(source, pieceSize: 1 << 17)
    return hash.finalize()
  }
}

/// Computes a SHA-256 digest (FIPS 180-4).
public final class SHA256: Digest {
  /// How many bytes a digest has.
  public static let digestSize = 32

  private var context = SHA256_CTX()

  /// Starts a digest.
  public init() {
    SHA256_Init(&context)
  }

  /// Adds bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    SHA256_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes added; nothing may be added after.
  public func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.digestSize)
    SHA256_Final(&digest, &context)
    return digest
  }
}

/// Computes a SHA-1 digest (FIPS 180-4): finds damage, is no protection against malice.
public final class SHA1: Digest {
  /// How many bytes a digest has.
  public static let digestSize = 20

  private var context = SHA_CTX()

  /// Starts a digest.
  public init() {
    SHA1_Init(&context)
  }

  /// Adds bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    SHA1_Update(&context, bytes.baseAddress, bytes.count)
  }

  /// The digest of all bytes added; nothing may be added after.
  public func finalize() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.digestSize)
    SHA1_Final(&digest, &context)
    return digest
  }
}

/// A sink that only hashes.
private final class HashingSink: ByteSink {
  private let hash: any Digest
  private(set) var byteCount = 0

  init(_ hash: any Digest) {
    self.hash = hash
  }

  func write(_ bytes: UnsafeRawBufferPointer) {
    hash.update(bytes)
    byteCount += bytes.count
  }
}
