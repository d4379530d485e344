/// Encoding 6: compressed sparse rows with 8-bit gaps, then the non-zero elements.
///
/// A gap counts the zeros before a non-zero element; 255 stands for 255 zeros and no element. Row
/// pointers are left out, because a chunk is always decoded as a whole.
struct GapEncoding: ChunkEncoding {
  let id = EncodingID.gaps
  let name = "csr-gaps"
  let summary = "the distance to each non-zero element and the non-zero elements"
  let isDense = false

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.isWorthMasking else { return nil }
    return StreamStatistics(chunk.gaps).estimatedSize
      + Double(chunk.nonZeroCount) * chunk.bytesPerNonZero
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) throws(SparseCodingError) -> Bool {
    guard chunk.nonZeroCount > 0 else { return false }
    coded.append(number: chunk.gaps.count)
    chunk.coder.append(stream: chunk.gaps, to: &coded)
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
    let length = try reader.number()
    // Each gap stands for one element at least.
    guard length <= count else { throw .badChunk(id, reason: "more gaps than elements") }
    let gaps = coder.scratch.take(length)
    try coder.read(stream: &reader, into: gaps, for: output)
    let values = coder.scratch.take(try valueCount(gaps, count) * layout.width)
    let places = ElementPlaces.gaps(UnsafeRawBufferPointer(gaps))
    try coder.decodeDense(&reader, as: layout, at: places, into: values)
    output.zeroFill()
    guard let source = values.baseAddress, let target = output.baseAddress else { return }
    layout.word.scatter(source, gaps: UnsafeRawBufferPointer(gaps), into: target)
  }

  /// How many values the gaps place; throws unless all of them lie inside of the chunk.
  private func valueCount(
    _ gaps: UnsafeMutableRawBufferPointer, _ count: Int
  ) throws(SparseCodingError) -> Int {
    var values = 0
    var reach = 0
    for gap in gaps {
      reach &+= Int(gap)
      values &+= gap == .max ? 0 : 1
    }
    guard reach + values <= count else { throw .badChunk(id, reason: "gaps beyond the end") }
    guard gaps.last != .max else { throw .badChunk(id, reason: "a gap without a value at the end") }
    return values
  }
}
