/// Encoding 3: byte planes of the elements as they are.
struct BytePlanesEncoding: ChunkEncoding {
  let id = EncodingID.bytePlanes
  let name = "byte-planes"
  let summary = "the bytes of the elements, by their place in the element"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    BytePlanes(chunk.layout)
      .estimate(chunk.sample, count: chunk.count, scratch: chunk.coder.scratch)
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    BytePlanes(chunk.layout).encode(chunk.elements, into: &coded, with: chunk.coder)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    try BytePlanes(layout).decode(&reader, into: output, with: coder)
  }
}
