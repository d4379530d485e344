/// Encoding 13: elements of at most 256 values, as a list of these and a place in it for each element.
///
/// Weights that were clustered or quantised once take few values; their planes do not show it.
struct PaletteEncoding: ChunkEncoding {
  let id = EncodingID.palette
  let name = "palette"
  let summary = "a list of at most 256 values, and places in it"
  let isDense = true

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard Self.widths.contains(chunk.layout.width), chunk.count > 0 else { return nil }
    return chunk.choice(of: id) {
      size(chunk).map { EncodingChoice(parameter: 0, size: $0) }
    }?.size
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) -> Bool {
    guard Self.widths.contains(chunk.layout.width) else { return false }
    let indices = chunk.coder.scratch.take(chunk.count)
    guard let values = chunk.layout.word.palette(of: chunk.elements.bytes, indices: indices)
    else { return false }
    coded.append(UInt8(values.count / chunk.layout.width - 1))
    values.withUnsafeBytes {
      BytePlanes(chunk.layout)
        .encode(Elements($0, chunk.layout), into: &coded, with: chunk.coder)
    }
    chunk.coder.append(stream: UnsafeRawBufferPointer(indices), on: chunk.grid, to: &coded)
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    guard Self.widths.contains(layout.width) else {
      throw .badChunk(id, reason: "no elements of this width")
    }
    let values = coder.scratch.take((Int(try reader.byte()) + 1) * layout.width)
    try BytePlanes(layout).decode(&reader, into: values, with: coder)
    guard layout.word.isAscending(UnsafeRawBufferPointer(values)) else {
      throw .badChunk(id, reason: "values that do not ascend")
    }
    let indices = try coder.view(stream: &reader, count: output.count / layout.width, for: output)
    guard layout.word.lookUp(indices, in: UnsafeRawBufferPointer(values), into: output) else {
      throw .badChunk(id, reason: "a place behind the last value")
    }
  }

  private static let widths = [2, 4, 8]

  /// The bytes the chunk should take; nil when it has too many values.
  ///
  /// A sample would not do: a mostly zero one has few values where its chunk has thousands.
  private func size(_ chunk: ChunkAnalysis) -> Double? {
    chunk.coder.scratch.measured { scratch in
      let indices = scratch.take(chunk.count)
      let values = chunk.layout.word.palette(of: chunk.elements.bytes, indices: indices)
      return values.map {
        Double($0.count) + StreamStatistics(UnsafeRawBufferPointer(indices)).estimatedSize
      }
    }
  }
}
