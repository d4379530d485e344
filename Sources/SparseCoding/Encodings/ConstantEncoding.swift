/// Encoding 1: one element, repeated.
struct ConstantEncoding: ChunkEncoding {
  let id = EncodingID.constant
  let name = "constant"
  let summary = "one element, repeated"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    chunk.isConstant ? Double(chunk.layout.width) : nil
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard chunk.isConstant else { return false }
    coded.append(contentsOf: chunk.elements.bytes.prefix(chunk.layout.width))
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    output.first(layout.width).copyMemory(from: try reader.take(layout.width))
    // Each copy doubles what is there.
    var filled = layout.width
    while filled < output.count {
      let length = min(filled, output.count - filled)
      UnsafeMutableRawBufferPointer(rebasing: output[filled...])
        .copyMemory(from: UnsafeRawBufferPointer(output.first(length)))
      filled += length
    }
  }
}
