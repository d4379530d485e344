/// Encoding 16: which zeros are negative, apart from the elements with 0.0 in place of -0.0.
///
/// A mask that weights are multiplied by makes -0.0 of the negative ones, and quantising rounds small
/// ones to it. With their signs apart, zeros are as good to code as ever.
struct NegativeZerosEncoding: ChunkEncoding {
  let id = EncodingID.negativeZeros
  let name = "negative-zeros"
  let summary = "the signs of zeros, apart from elements without negative ones"
  let isDense = false

  /// One negative zero among so many elements is worth it.
  private static let mostElements = 1024

  /// Nothing where there are negative zeros: whatever is tried on all elements is tried on those without
  /// them, too, and that chunk is hardly ever the larger one with its signs.
  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.layout.kind == .float else { return nil }
    let sample = chunk.sample
    let found = chunk.layout.word.negativeZeroCount(sample.bytes)
    return found > 0 && found * Self.mostElements >= sample.count ? 0 : nil
  }

  func encode(
    _ chunk: ChunkAnalysis, into coded: inout [UInt8]
  ) throws(SparseCodingError) -> Bool {
    let coder = chunk.coder
    let elements = coder.scratch.take(chunk.elements.bytes.count)
    let signs = coder.scratch.take((chunk.count + 7) / 8)
    let zeros = chunk.layout.word.splitZeroSigns(
      chunk.elements.bytes, into: elements, signs: signs)
    coded += try coder.encode(
      Elements(elements, chunk.layout), hints: chunk.hints, on: chunk.grid,
      SparseEncodings.implementations.filter { $0.id != id })
    coder.append(stream: UnsafeRawBufferPointer(signs.first((zeros + 7) / 8)), to: &coded)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    try coder.decodeAll(&reader, as: layout, inside: id, into: output)
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let zeros = layout.word.zeroCount(UnsafeRawBufferPointer(output))
    let signs = try coder.view(stream: &reader, count: (zeros + 7) / 8)
    guard zeros % 8 == 0 || signs[zeros / 8] >> (zeros % 8) == 0 else {
      throw .badChunk(id, reason: "bits after the last zero")
    }
    layout.word.setZeroSigns(of: output, from: signs)
  }
}
