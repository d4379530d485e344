/// Coder 6: the symbols of a plane, each by what those before it say.
///
/// Rows, channels and neighbours of weights differ in size, by which exponents and integers of few
/// bits take 1 to 10 per cent less than their entropy. It is slow: some 30 million answers a second.
struct MixedCoder: StreamCoder {
  let id = CoderID.mixed
  let name = "mixed"
  let summary = "symbols of a plane by their rows, columns and neighbours"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    MixedCodec(level, kernels)
  }
}

/// One worker's mixed coder.
final class MixedCodec: StreamCodec {
  /// Shorter streams do not pay for the table.
  private static let shortestStream = 256
  /// Bytes of more entropy take too long for what they save.
  private static let mostBits = 6.0

  private let level: CompressionLevel
  private let kernels: KernelPath
  private let scratch = ScratchStack()

  init(_ level: CompressionLevel, _ kernels: KernelPath) {
    self.level = level
    self.kernels = kernels
  }

  func storedLength(ofRaw count: Int) -> Int? { nil }

  func encode(
    _ raw: UnsafeRawBufferPointer, _ statistics: StreamStatistics, scratch: ScratchStack,
    for use: StreamUse
  ) -> UnsafeRawBufferPointer? {
    guard level == .small, let grid = statistics.grid, raw.count >= Self.shortestStream,
      !statistics.isConstant, statistics.estimatedSize * 8 < Double(raw.count) * Self.mostBits,
      let frequencies = ByteFrequencies(of: raw, largestBits: 14)
    else { return nil }
    var coded: [UInt8] = []
    grid.geometry.write(to: &coded)
    frequencies.write(to: &coded)
    self.scratch.measured { scratch in
      var model = SymbolModel(
        SymbolTree(frequencies), grid.geometry, grid.positions, kernels, scratch)
      coded.append(contentsOf: model.encode(raw))
    }
    let stored = scratch.take(coded.count)
    stored.copyBytes(from: coded)
    return UnsafeRawBufferPointer(stored)
  }

  func decode(
    _ stored: UnsafeRawBufferPointer, into raw: UnsafeMutableRawBufferPointer,
    for use: StreamUse
  ) throws(SparseCodingError) {
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    var reader = CodedReader(stored)
    let geometry = try RowGeometry(from: &reader)
    guard geometry.isPossible() else {
      throw .badStream(.mixed, reason: "rows that are too long, or kernels that do not fit them")
    }
    let tree = SymbolTree(try ByteFrequencies(from: &reader, for: .mixed))
    let positions = use.places.positions(raw.count, scratch)
    var model = SymbolModel(tree, geometry, positions, kernels, scratch)
    guard model.decode(try reader.take(stored.count - reader.offset), into: raw) else {
      throw .badStream(.mixed, reason: "answers that do not come out even")
    }
  }
}
