/// Encoding 0: the elements as they are.
struct RawEncoding: ChunkEncoding {
  let id = EncodingID.raw
  let name = "raw"
  let summary = "the elements as they are"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    Double(chunk.elements.bytes.count)
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    coded.append(contentsOf: chunk.elements.bytes)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    output.copyMemory(from: try reader.take(output.count))
  }
}
