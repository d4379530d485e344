/// Blocks of a matrix whose rows follow each other in a chunk.
struct BlockShape {
  let rows: Int
  let columns: Int
  let rowLength: Int

  /// True when the format can hold the shape and the chunk is whole rows of such blocks.
  func divides(_ count: Int) -> Bool {
    let range = 1...ChunkCoder.maximumCount
    guard range ~= rows, range ~= columns, range ~= rowLength else { return false }
    return rows * columns > 1 && rowLength % columns == 0 && count % (rows * rowLength) == 0
  }

  /// How many blocks a chunk has.
  func blockCount(of count: Int) -> Int { count / (rows * columns) }

  /// Sets the bit of every block that has a byte other than zero; blocks are counted row by row.
  func makeMap(_ elements: Elements, _ map: UnsafeMutableRawBufferPointer) {
    map.zeroFill()
    let word = elements.layout.word
    forEachSegment(of: elements.bytes.count, elements.layout.width) { block, bytes in
      let segment = UnsafeRawBufferPointer(rebasing: elements.bytes[bytes])
      guard word.zeroCount(segment) < columns else { return }
      map[block / 8] |= 1 << (block % 8)
    }
  }

  /// Copies the elements of the mapped blocks, in memory order.
  func gather(
    _ elements: Elements, _ map: UnsafeRawBufferPointer, into values: UnsafeMutableRawBufferPointer
  ) {
    var offset = 0
    forEachSegment(of: elements.bytes.count, elements.layout.width) { block, bytes in
      guard map[block / 8] >> (block % 8) & 1 == 1 else { return }
      UnsafeMutableRawBufferPointer(rebasing: values[offset...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: elements.bytes[bytes]))
      offset += bytes.count
    }
  }

  /// The way back from `gather`, over an output of zeros.
  func scatter(
    _ values: Elements, _ map: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) {
    var offset = 0
    forEachSegment(of: output.count, values.layout.width) { block, bytes in
      guard map[block / 8] >> (block % 8) & 1 == 1 else { return }
      let segment = values.bytes[offset..<(offset + bytes.count)]
      UnsafeMutableRawBufferPointer(rebasing: output[bytes])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: segment))
      offset += bytes.count
    }
  }

  /// Visits each row of each block in memory order, with the block's number and the byte range.
  private func forEachSegment(of size: Int, _ width: Int, _ body: (Int, Range<Int>) -> Void) {
    let perRow = rowLength / columns
    let length = columns * width
    for segment in 0..<(size / length) {
      let (row, column) = segment.quotientAndRemainder(dividingBy: perRow)
      body(row / rows * perRow + column, (segment * length)..<((segment + 1) * length))
    }
  }
}
