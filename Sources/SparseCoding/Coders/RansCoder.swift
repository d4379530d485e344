/// Coder 5: range asymmetric numeral systems over bytes, with one table for the stream.
///
/// After Duda, "Asymmetric numeral systems" (arXiv:1311.2540), in lanes that take turns, so that they
/// can be coded side by side. It comes within a thousandth of the entropy, where Huffman's whole
/// bits lose a hundredth.
struct RansCoder: StreamCoder {
  let id = CoderID.rans
  let name = "rans"
  let summary = "asymmetric numeral systems, in lanes"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    RansCodec(level, kernels)
  }
}

/// One worker's rANS.
final class RansCodec: StreamCodec {
  /// Shorter streams do not pay for the table.
  static let shortestStream = 256
  /// Longer streams are counted in samples.
  private static let longestCounted = 1 << 17

  private let level: CompressionLevel
  private let kernels: KernelPath

  init(_ level: CompressionLevel, _ kernels: KernelPath) {
    self.level = level
    self.kernels = kernels
  }

  func storedLength(ofRaw count: Int) -> Int? { nil }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    guard raw.count >= Self.shortestStream, !statistics.isConstant,
      !statistics.isNoise, let frequencies = frequencies(of: raw, statistics)
    else { return nil }
    let lanes = RansLanes(ofStream: raw.count, kernels)
    // The words end where the buffer does; what comes before them is put there at last.
    let room = scratch.take(raw.count * 2 + ByteFrequencies.mostBytes + lanes.count * 4)
    let (states, size) = lanes.encode(raw, frequencies, into: room, for: use)
    var head: [UInt8] = []
    frequencies.write(to: &head)
    for state in states {
      withUnsafeBytes(of: state.littleEndian) { head.append(contentsOf: $0) }
    }
    let stored = room.from(room.count - size - head.count)
    stored.copyBytes(from: head)
    return UnsafeRawBufferPointer(stored)
  }

  /// Counts all bytes, or at the faster levels a sample of many, which costs some 1 / 10,000.
  ///
  /// The loss grows with the number of different bytes; those of more than six bits have many.
  private func frequencies(
    of raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics
  ) -> ByteFrequencies? {
    if level == .small { return ByteFrequencies(of: raw, largestBits: 14) }
    guard raw.count > Self.longestCounted else { return ByteFrequencies(of: raw, largestBits: 12) }
    let hasMany = statistics.estimatedSize * 4 > Double(raw.count) * 3
    return ByteFrequencies(
      ByteHistogram(sampling: raw, halvings: hasMany ? 2 : 3, kernels), largestBits: 12)
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    var reader = CodedReader(stored)
    let frequencies = try ByteFrequencies(from: &reader, for: .rans)
    let lanes = RansLanes(ofStream: raw.count, kernels)
    let states = try reader.take(lanes.count * 4)
    let words = try reader.take(stored.count - reader.offset)
    guard lanes.decode(states, frequencies, words, into: raw, for: use) else {
      throw .badStream(.rans, reason: "states or words that do not come out even")
    }
  }
}
