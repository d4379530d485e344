/// Encoding 9: the elements as they are, in one coded stream, for elements that repeat each other.
///
/// Text and tables of indices hold the same values again and again. Their planes lose that: an
/// element that is met again costs one match as a whole, but one in each of its planes.
struct RepeatsEncoding: ChunkEncoding {
  let id = EncodingID.repeats
  let name = "repeats"
  let summary = "the elements as they are, as one coded stream"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard !SignedRepeatsEncoding.isPossible(chunk.layout) else { return nil }
    let isLikely = chunk.hints.contains(.text) || chunk.layout.width > 1 && chunk.hasRepeats
    guard isLikely else { return nil }
    return quickSize(of: chunk)
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    chunk.coder.append(
      repeating: chunk.elements.bytes, quickSize: quickSize(of: chunk), to: &coded)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    try coder.read(stream: &reader, into: output)
  }

  private func quickSize(of chunk: ChunkAnalysis) -> Double {
    chunk.quickSize(for: id) { chunk.coder.quickSize(of: chunk.elements.bytes) }
  }
}
