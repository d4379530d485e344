/// Encoding 8: a map of the non-zero blocks of a matrix, then their elements in memory order.
struct BlockEncoding: ChunkEncoding {
  let id = EncodingID.blocks
  let name = "blocks"
  let summary = "a bit per block of a matrix and the non-zero blocks"
  let isDense = false

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    guard chunk.isWorthMasking else { return nil }
    return shapes(chunk).map { shape in
      Double(shape.blockCount(of: chunk.count)) / 8
        + Double(chunk.nonZeroCount) * chunk.bytesPerNonZero
    }.min()
  }

  func encode(_ chunk: ChunkAnalysis, into coded: inout [UInt8]) throws(SparseCodingError) -> Bool {
    for shape in shapes(chunk) where try encode(chunk, shape, into: &coded) { return true }
    return false
  }

  func encode(
    _ chunk: ChunkAnalysis, _ shape: BlockShape, into coded: inout [UInt8]
  ) throws(SparseCodingError) -> Bool {
    let scratch = chunk.coder.scratch
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    let blocks = shape.blockCount(of: chunk.count)
    let map = scratch.take((blocks + 7) / 8)
    let values = scratch.take(chunk.elements.bytes.count)
    shape.makeMap(chunk.elements, map)
    let kept = map.reduce(0) { $0 &+ $1.nonzeroBitCount } * shape.rows * shape.columns
    guard kept > 0, kept < chunk.count else { return false }
    shape.gather(chunk.elements, UnsafeRawBufferPointer(map), into: values)
    coded.append(number: shape.rows)
    coded.append(number: shape.columns)
    coded.append(number: shape.rowLength)
    chunk.coder.append(stream: UnsafeRawBufferPointer(map), to: &coded)
    let dense = Elements(values.first(kept * chunk.layout.width), chunk.layout)
    coded.append(contentsOf: try chunk.coder.encodeDense(dense))
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let count = output.count / layout.width
    let shape = BlockShape(
      rows: try reader.number(), columns: try reader.number(), rowLength: try reader.number())
    guard shape.divides(count) else {
      throw .badChunk(id, reason: "blocks that do not divide the chunk")
    }
    let blocks = shape.blockCount(of: count)
    let map = coder.scratch.take((blocks + 7) / 8)
    try coder.read(stream: &reader, into: map)
    guard blocks % 8 == 0 || map[blocks / 8] >> (blocks % 8) == 0 else {
      throw .badChunk(id, reason: "bits after the last block")
    }
    let kept = map.reduce(0) { $0 &+ $1.nonzeroBitCount } * shape.rows * shape.columns
    let values = coder.scratch.take(kept * layout.width)
    try coder.decodeDense(&reader, as: layout, into: values)
    output.zeroFill()
    shape.scatter(Elements(values, layout), UnsafeRawBufferPointer(map), into: output)
  }

  private func shapes(_ chunk: ChunkAnalysis) -> [BlockShape] {
    chunk.hints.compactMap { hint in
      guard case .blocks(let rows, let columns, let rowLength) = hint else { return nil }
      let shape = BlockShape(rows: rows, columns: columns, rowLength: rowLength)
      return shape.divides(chunk.count) ? shape : nil
    }
  }
}
