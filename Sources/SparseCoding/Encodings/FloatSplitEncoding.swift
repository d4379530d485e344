/// Encoding 2: floats rotated left by one bit, so that the highest byte is the exponent and the sign
/// joins the mantissa, then cut into byte planes.
///
/// Weights have few exponents and noise below; floats that came from a narrower type have constant
/// low planes.
struct FloatSplitEncoding: ChunkEncoding {
  let id = EncodingID.floatSplit
  let name = "float-split"
  let summary = "exponents apart from signs and mantissas, in byte planes"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.layout.kind == .float, isPossible(chunk.layout) else { return nil }
    return planes(chunk.layout)
      .estimate(chunk.sample, count: chunk.count, scratch: chunk.coder.scratch)
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard isPossible(chunk.layout) else { return false }
    planes(chunk.layout).encode(chunk.elements, on: chunk.grid, into: &coded, with: chunk.coder)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard isPossible(layout) else { throw .badChunk(id, reason: "no floats of this width") }
    try planes(layout).decode(&reader, into: output, with: coder)
  }

  private func planes(_ layout: ElementLayout) -> BytePlanes { BytePlanes(layout, rotation: 1) }

  private func isPossible(_ layout: ElementLayout) -> Bool { [2, 4, 8].contains(layout.width) }
}
