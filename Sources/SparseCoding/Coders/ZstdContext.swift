internal import CZstd

/// A zstd compression context: memory that several compressors use in turn.
///
/// Strong ones need megabytes; touching them anew for each compressor takes as long as its work.
final class ZstdContext {
  private let context: OpaquePointer
  /// The compressor whose parameters are set.
  private weak var user: ZstdCompressor?

  /// Makes a context; nil when there is no memory.
  init?() {
    guard let context = ZSTD_createCCtx() else { return nil }
    self.context = context
  }

  deinit {
    ZSTD_freeCCtx(context)
  }

  /// The context with the parameters of a compressor.
  fileprivate func prepared(for compressor: ZstdCompressor) -> OpaquePointer {
    if user === compressor { return context }
    user = compressor
    ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
    for (parameter, value) in compressor.parameters {
      ZSTD_CCtx_setParameter(context, parameter, value)
    }
    return context
  }
}

/// A way to compress with zstd: the parameters, and a context that is set to them when needed.
final class ZstdCompressor {
  private let context: ZstdContext
  fileprivate let parameters: [(ZSTD_cParameter, Int32)]

  private init?(_ parameters: [(ZSTD_cParameter, Int32)], _ context: ZstdContext?) {
    guard let context else { return nil }
    self.context = context
    // The first parameter's name is a macro: ZSTD_c_format.
    let common = [
      (ZSTD_c_experimentalParam2, Int32(ZSTD_f_zstd1_magicless.rawValue)),
      (ZSTD_c_contentSizeFlag, 0), (ZSTD_c_checksumFlag, 0),
    ]
    self.parameters = common + parameters
  }

  /// Matches and entropy coding, at one of zstd's levels.
  static func matching(level: Int32, in context: ZstdContext?) -> ZstdCompressor? {
    ZstdCompressor([(ZSTD_c_compressionLevel, level)], context)
  }

  /// A match finder that finds next to nothing, and literals that are Huffman-coded all the same.
  static func huffman(in context: ZstdContext?) -> ZstdCompressor? {
    ZstdCompressor(
      [
        (ZSTD_c_strategy, Int32(ZSTD_fast.rawValue)), (ZSTD_c_minMatch, 7),
        (ZSTD_c_targetLength, 1 << 17), (ZSTD_c_hashLog, 6), (ZSTD_c_windowLog, 18),
        // The parameter's name is a macro: ZSTD_c_literalCompressionMode.
        (ZSTD_c_experimentalParam5, Int32(ZSTD_ps_enable.rawValue)),
      ], context)
  }

  /// One frame, in `scratch`; nil when the library fails.
  func compress(
    _ raw: UnsafeRawBufferPointer, _ scratch: ScratchStack
  ) -> UnsafeRawBufferPointer? {
    let stored = scratch.take(ZSTD_compressBound(raw.count))
    let length = ZSTD_compress2(
      context.prepared(for: self), stored.baseAddress, stored.count, raw.baseAddress, raw.count)
    guard ZSTD_isError(length) == 0 else { return nil }
    return UnsafeRawBufferPointer(stored.first(length))
  }
}

/// A zstd decompression context.
final class ZstdDecompressor {
  private let context: OpaquePointer

  init?() {
    guard let context = ZSTD_createDCtx() else { return nil }
    self.context = context
    // The parameter's name is a macro: ZSTD_d_format.
    ZSTD_DCtx_setParameter(
      context, ZSTD_d_experimentalParam1, Int32(ZSTD_f_zstd1_magicless.rawValue))
  }

  deinit {
    ZSTD_freeDCtx(context)
  }

  /// Fills `raw` from one frame; false unless it holds exactly that many bytes.
  func decompress(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let length = ZSTD_decompressDCtx(
      context, raw.baseAddress, raw.count, stored.baseAddress, stored.count)
    return ZSTD_isError(length) == 0 && length == raw.count
  }
}
