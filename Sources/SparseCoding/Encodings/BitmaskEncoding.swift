/// Encoding 5: one bit per element that says whether it is non-zero, then the non-zero elements.
struct BitmaskEncoding: ChunkEncoding {
  let id = EncodingID.bitmask
  let name = "bitmask"
  let summary = "a bit per element and the non-zero elements"
  let isDense = false

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.isWorthMasking else { return nil }
    return StreamStatistics(chunk.mask).estimatedSize
      + Double(chunk.nonZeroCount) * chunk.bytesPerNonZero
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) throws(SparseCodingError) -> Bool {
    guard chunk.nonZeroCount > 0 else { return false }
    chunk.coder.append(stream: chunk.mask, to: &coded)
    coded.append(contentsOf: try chunk.codedNonZeros())
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let count = output.count / layout.width
    // Whole 64-bit words for the kernel, the last one filled up with zeros.
    let words = coder.scratch.take((count + 63) / 64 * 8)
    UnsafeMutableRawBufferPointer(rebasing: words[(count / 64 * 8)...]).zeroFill()
    let mask = words.first((count + 7) / 8)
    try coder.read(stream: &reader, into: mask, for: output)
    guard count % 8 == 0 || mask[count / 8] >> (count % 8) == 0 else {
      throw .badChunk(id, reason: "bits after the last element")
    }
    try coder.decodeValues(&reader, as: layout, at: words, into: output)
  }
}
