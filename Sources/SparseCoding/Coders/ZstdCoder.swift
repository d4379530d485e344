internal import CZstd

/// Coder 2: one zstd frame without magic number, content size or checksum.
///
/// The writer has two modes that make the same kind of frame: matches and entropy coding, or
/// Huffman-coded literals alone, for streams that are too short for the tables of rANS.
struct ZstdCoder: StreamCoder {
  let id = CoderID.zstd
  let name = "zstd"
  let summary = "zstd, or its Huffman coder alone"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    ZstdCodec(level)
  }
}

/// One worker's zstd compressors, made when first needed.
final class ZstdCodec: StreamCodec {
  /// zstd leaves a block alone unless Huffman coding saves this share of it.
  private static let worthwhileSaving = 1.0 / 64
  /// Streams up to this size may be tried in both modes; longer ones are probed by a piece of it.
  private static let probeSize = 1 << 13
  /// Streams up to this size are tried without a look at their repeats.
  private static let unlookedSize = 1 << 10
  /// Pieces that repeat, of a thousand, from which matching is tried.
  private static let worthwhileRepeats = 30

  private let level: CompressionLevel
  private lazy var context = ZstdContext()
  private lazy var matcher = ZstdCompressor.matching(level: level.matcherLevel, in: context)
  private lazy var prober = ZstdCompressor.matching(level: level == .small ? 3 : 1, in: context)
  private lazy var huffman = ZstdCompressor.huffman(in: context)
  private lazy var decompressor = ZstdDecompressor()

  init(_ level: CompressionLevel) {
    self.level = level
  }

  func storedLength(ofRaw count: Int) -> Int? { nil }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    guard !statistics.isConstant, raw.count > 8 else { return nil }
    var best: UnsafeRawBufferPointer?
    if raw.count < RansCodec.shortestStream,
      statistics.estimatedSize < Double(raw.count) * (1 - Self.worthwhileSaving)
    {
      best = huffman?.compress(raw, scratch)
    }
    guard isWorthMatching(raw, statistics, scratch), let matched = matcher?.compress(raw, scratch)
    else {
      return best
    }
    guard let best, best.count <= matched.count else { return matched }
    return best
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    guard ZstdFrame.isAcceptable(stored) else {
      throw .badStream(.zstd, reason: "not exactly one frame of the kind written here")
    }
    guard let decompressor else { throw .outOfMemory(.zstd) }
    guard decompressor.decompress(stored, into: raw) else {
      throw .badStream(.zstd, reason: "a damaged frame, or one of the wrong length")
    }
  }

  /// True when matches save at least three per cent on a piece, against coding bytes alone.
  private func isWorthMatching(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, _ scratch: ScratchStack
  ) -> Bool {
    guard raw.count > Self.probeSize else {
      return level == .small || raw.count <= Self.unlookedSize
        || LongRepeats.perMille(of: raw) >= Self.worthwhileRepeats
    }
    if level == .small { return isSmallerMatched(raw, statistics.estimatedSize, scratch) }
    let start = (raw.count - Self.probeSize) / 2
    let piece = UnsafeRawBufferPointer(rebasing: raw[start..<(start + Self.probeSize)])
    guard LongRepeats.perMille(of: piece) >= Self.worthwhileRepeats else { return false }
    let plain = ByteHistogram(of: piece).bitsPerByte / 8 * Double(piece.count)
    return isSmallerMatched(piece, plain * 0.97, scratch)
  }

  private func isSmallerMatched(
    _ bytes: UnsafeRawBufferPointer, _ size: Double, _ scratch: ScratchStack
  ) -> Bool {
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    guard let matched = prober?.compress(bytes, scratch) else { return false }
    return Double(matched.count) < size
  }
}
