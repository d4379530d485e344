/// Coder 6: the symbols of a plane, each by what those before it say.
///
/// Rows, channels and neighbours of weights differ in size, by which exponents and integers of few
/// bits take 1 to 10 per cent less than their entropy. It is slow: some 30 million answers a second.
struct MixedCoder: StreamCoder {
  let id = CoderID.mixed
  let name = "mixed"
  let summary = "symbols of a plane by their rows, columns and neighbours"

  func makeCodec(level: CompressionLevel, kernels: KernelPath) -> any StreamCodec {
    MixedCodec(level)
  }
}

/// One worker's mixed coder.
final class MixedCodec: StreamCodec {
  /// Shorter streams do not pay for the table.
  private static let shortestStream = 256
  /// Bytes of more entropy take too long for what they save.
  private static let mostBits = 6.0

  private let level: CompressionLevel
  private let scratch = ScratchStack()

  init(_ level: CompressionLevel) {
    self.level = level
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
    coded.append(contentsOf: answers(raw, SymbolTree(frequencies), grid))
    let stored = scratch.take(coded.count)
    stored.copyBytes(from: coded)
    return UnsafeRawBufferPointer(stored)
  }

  private func answers(
    _ raw: UnsafeRawBufferPointer, _ tree: SymbolTree, _ grid: ElementGrid
  ) -> [UInt8] {
    scratch.measured { scratch in
      var model = SymbolModel(tree, grid.geometry, scratch)
      var encoder = BinaryEncoder()
      for index in raw.indices {
        model.move(to: Self.place(of: index, grid.positions))
        let symbol = raw[index]
        _ = model.next { question, probability in
          let isYes = symbol > question.split
          encoder.encode(isYes, probability)
          return isYes
        }
      }
      encoder.finish()
      return encoder.bytes
    }
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
    var model = SymbolModel(tree, geometry, scratch)
    let bytes = try reader.take(stored.count - reader.offset)
    var decoder = BinaryDecoder(bytes)
    for index in raw.indices {
      model.move(to: Self.place(of: index, positions))
      raw[index] = model.next { decoder.decode($1) }
    }
    guard decoder.offset == bytes.count else {
      throw .badStream(.mixed, reason: "answers that do not come out even")
    }
  }

  @inline(__always)
  private static func place(of index: Int, _ positions: UnsafeRawBufferPointer?) -> Int {
    guard let base = positions?.baseAddress else { return index }
    return Int(UInt32.load(base, index))
  }
}
