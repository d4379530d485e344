/// Encoding 11: as encoding 5, but with a mask whose bits are coded by what those before them say.
///
/// Rows, channels and kernels of pruned networks differ in how many weights they keep, by which a
/// mask takes 4 to 8 per cent less than its entropy. It is slow: some 40 million elements a second.
struct MixedMaskEncoding: ChunkEncoding {
  let id = EncodingID.mixedMask
  let name = "mixed-mask"
  let summary = "a bitmask coded by its contexts and the non-zero elements"
  let isDense = false

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.coder.level == .small, chunk.isWorthMasking else { return nil }
    return maskEntropy(yes: chunk.nonZeroCount, of: chunk.count)
      + Double(chunk.nonZeroCount) * chunk.bytesPerNonZero
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) throws(SparseCodingError) -> Bool {
    guard chunk.nonZeroCount > 0 else { return false }
    let geometry =
      chunk.grid?.geometry ?? RowGeometry(rowLength: chunk.count, kernel: 1, first: 0)
    geometry.write(to: &coded)
    chunk.coder.scratch.measured { scratch in
      var model = MaskModel(geometry, chunk.coder.kernels, scratch)
      let bits = model.encode(chunk.mask, chunk.count)
      coded.append(number: bits.count)
      coded.append(contentsOf: bits)
    }
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
    let geometry = try RowGeometry(from: &reader)
    guard geometry.isPossible(count) else {
      throw .badChunk(id, reason: "rows that do not fit the chunk, or kernels their rows")
    }
    let bits = try reader.take(reader.number())
    let mask = coder.scratch.take((count + 63) / 64 * 8)
    var model = MaskModel(geometry, coder.kernels, coder.scratch)
    guard model.decode(bits, count, into: mask) else {
      throw .badChunk(id, reason: "bits of a mask that do not come out even")
    }
    try coder.decodeValues(&reader, as: layout, at: mask, into: output)
  }
}
