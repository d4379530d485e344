internal import CZlib

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

  private let isWritten: Bool
  private lazy var deflater = ZlibStream(
    open: { deflateInit2_($0, 9, Z_DEFLATED, -15, 9, 0, ZLIB_VERSION, $1) },
    close: { deflateEnd($0) })
  private lazy var inflater = ZlibStream(
    open: { inflateInit2_($0, -15, ZLIB_VERSION, $1) }, close: { inflateEnd($0) })

  init(_ level: CompressionLevel) {
    isWritten = level == .small
  }

  func storedLength(ofRaw count: Int) -> Int? { nil }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack
  ) -> UnsafeRawBufferPointer? {
    guard isWritten, !statistics.isConstant, raw.count <= Self.longestStream else { return nil }
    return encode(raw, scratch: scratch)
  }

  /// Deflates a stream; nil when it does not get smaller.
  func encode(_ raw: UnsafeRawBufferPointer, scratch: ScratchStack) -> UnsafeRawBufferPointer? {
    let stored = scratch.take(raw.count)
    guard let state = deflater?.state, deflateReset(state) == Z_OK else { return nil }
    state.pointee.connect(raw, stored)
    guard deflate(state, Z_FINISH) == Z_STREAM_END else { return nil }
    return UnsafeRawBufferPointer(stored.first(stored.count - Int(state.pointee.avail_out)))
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    at places: ElementPlaces
  ) throws(SparseCodingError) {
    guard let state = inflater?.state, inflateReset(state) == Z_OK else {
      throw .outOfMemory(.zlib)
    }
    state.pointee.connect(stored, raw)
    guard inflate(state, Z_FINISH) == Z_STREAM_END, state.pointee.avail_in == 0,
      state.pointee.avail_out == 0
    else { throw .badStream(.zlib, reason: "not exactly one deflate stream of the right length") }
  }
}

/// A z_stream at a fixed address, as zlib demands.
private final class ZlibStream {
  let state: UnsafeMutablePointer<z_stream>
  private let close: (UnsafeMutablePointer<z_stream>) -> Int32

  init?(
    open: (UnsafeMutablePointer<z_stream>, Int32) -> Int32,
    close: @escaping (UnsafeMutablePointer<z_stream>) -> Int32
  ) {
    state = .allocate(capacity: 1)
    state.initialize(to: z_stream())
    guard open(state, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      state.deallocate()
      return nil
    }
    self.close = close
  }

  deinit {
    _ = close(state)
    state.deallocate()
  }
}

extension z_stream {
  /// Sets where the next call reads and writes; streams are far below zlib's 4 GiB.
  fileprivate mutating func connect(
    _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
  ) {
    let source = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    next_in = UnsafeMutablePointer(mutating: source)
    avail_in = UInt32(input.count)
    next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    avail_out = UInt32(output.count)
  }
}
