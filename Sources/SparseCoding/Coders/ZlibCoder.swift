internal import CDeflate

/// Coder 1: a raw deflate stream, without zlib's header and checksum.
///
/// Written for short streams at the level `small` only, where its tables are cheaper than zstd's.
struct ZlibCoder: StreamCoder {
  let id = CoderID.zlib
  let name = "zlib"
  let summary = "deflate without header or checksum"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    ZlibCodec(level)
  }
}

/// One worker's deflate and inflate state, made when first needed.
final class ZlibCodec: StreamCodec {
  private static let longestStream = 4096
  private static let deflateLevel: Int32 = 12

  private let isWritten: Bool
  private var compressor: OpaquePointer?
  private var decompressor: OpaquePointer?

  init(_ level: CompressionLevel) {
    isWritten = level == .small
  }

  deinit {
    libdeflate_free_compressor(compressor)
    libdeflate_free_decompressor(decompressor)
  }

  func storedLength(ofRaw count: Int) -> Int? { nil }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    guard isWritten, !statistics.isConstant, raw.count <= Self.longestStream else { return nil }
    return encode(raw, scratch: scratch)
  }

  /// Deflates a stream; nil when it does not get smaller.
  func encode(_ raw: UnsafeRawBufferPointer, scratch: ScratchStack) -> UnsafeRawBufferPointer? {
    compressor = compressor ?? libdeflate_alloc_compressor(Self.deflateLevel)
    guard let compressor else { return nil }
    let stored = scratch.take(raw.count)
    let length = libdeflate_deflate_compress(
      compressor, raw.baseAddress, raw.count, stored.baseAddress, stored.count)
    return length > 0 ? UnsafeRawBufferPointer(stored.first(length)) : nil
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    decompressor = decompressor ?? libdeflate_alloc_decompressor()
    guard let decompressor else { throw .outOfMemory(.zlib) }
    var used = 0
    let result = libdeflate_deflate_decompress_ex(
      decompressor, stored.baseAddress, stored.count, raw.baseAddress, raw.count, &used, nil)
    // Without a place for it, the length must be that of the output.
    guard result == LIBDEFLATE_SUCCESS, used == stored.count else {
      throw .badStream(.zlib, reason: "not exactly one deflate stream of the right length")
    }
  }
}
