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
    let bits = bits(of: chunk, geometry)
    geometry.write(to: &coded)
    coded.append(number: bits.count)
    coded.append(contentsOf: bits)
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
    guard Self.decode(bits, geometry, count, into: mask, coder.scratch) else {
      throw .badChunk(id, reason: "bits of a mask that do not come out even")
    }
    try coder.decodeValues(&reader, as: layout, at: mask, into: output)
  }

  private func bits(of chunk: ChunkAnalysis, _ geometry: RowGeometry) -> [UInt8] {
    chunk.coder.scratch.measured { scratch in
      var model = MaskModel(geometry, scratch)
      var encoder = BinaryEncoder()
      for index in 0..<chunk.count {
        let bit = chunk.mask[index >> 3] >> UInt8(index & 7) & 1 == 1
        encoder.encode(bit, model.probability())
        model.learn(bit)
      }
      encoder.finish()
      return encoder.bytes
    }
  }

  /// Fills a mask of whole 64-bit words; false unless all bytes are used and no more.
  private static func decode(
    _ bytes: UnsafeRawBufferPointer, _ geometry: RowGeometry, _ count: Int,
    into mask: UnsafeMutableRawBufferPointer, _ scratch: ScratchStack
  ) -> Bool {
    mask.zeroFill()
    var model = MaskModel(geometry, scratch)
    var decoder = BinaryDecoder(bytes)
    for index in 0..<count {
      let bit = decoder.decode(model.probability())
      model.learn(bit)
      mask[index &>> 3] |= (bit ? 1 : 0) &<< UInt8(truncatingIfNeeded: index & 7)
    }
    return decoder.offset == bytes.count
  }
}
