#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a look at a stream, or at a sample of a long one, says about its coding.
struct StreamStatistics {
  /// Longer streams are looked at in evenly spaced pieces of this total size.
  private static let sampleSize = 1 << 13
  private static let pieces = 16
  /// Samples of noise seem to be this much smaller than they are.
  private static let noiseSaving = 1.0 / 256

  /// How many bytes the stream has.
  let count: Int
  /// Where its bytes belong, when there is one for each element.
  let grid: ElementGrid?
  /// True when all of its bytes are equal.
  let isConstant: Bool
  private let histogram: ByteHistogram

  init(_ stream: UnsafeRawBufferPointer, on grid: ElementGrid? = nil) {
    self.grid = grid
    count = stream.count
    isConstant = stream.repeats(every: 1)
    histogram = isConstant ? ByteHistogram() : Self.histogram(of: stream)
  }

  /// Bytes that the coders should take, tables left out.
  ///
  /// This is the one place that knows how good the coders are: as good as the entropy allows.
  var estimatedSize: Double { Double(count) * histogram.bitsPerByte / 8 }

  /// True when all bytes are about as frequent.
  var isNoise: Bool { estimatedSize >= Double(count) * (1 - Self.noiseSaving) }

  private static func histogram(of stream: UnsafeRawBufferPointer) -> ByteHistogram {
    guard stream.count > sampleSize else { return ByteHistogram(of: stream) }
    let length = sampleSize / pieces
    return withUnsafeTemporaryAllocation(byteCount: sampleSize, alignment: 1) { sample in
      for piece in 0..<pieces {
        let start = (stream.count - length) * piece / (pieces - 1)
        let target = UnsafeMutableRawBufferPointer(rebasing: sample[(piece * length)...])
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: stream[start..<(start + length)]))
      }
      return ByteHistogram(of: UnsafeRawBufferPointer(sample))
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True when the bytes repeat themselves with this period.
  func repeats(every period: Int) -> Bool {
    guard let base = baseAddress, count > period else { return true }
    return memcmp(base, base + period, count - period) == 0
  }
}
