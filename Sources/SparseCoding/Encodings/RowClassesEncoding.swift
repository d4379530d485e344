/// Encoding 15: rows of one kind after those of another, each kind coded as elements of its own.
///
/// A tensor may have rows of two kinds: embeddings that were trained further in part have rows that
/// came from a narrower type among others. Tables that fit both fit neither.
struct RowClassesEncoding: ChunkEncoding {
  let id = EncodingID.rowClasses
  let name = "row-classes"
  let summary = "rows of one kind after those of another, each kind by itself"
  let isDense = false

  /// What tables and headers of one kind of rows take, about.
  private static let overhead = 128.0

  func estimate(_ chunk: ChunkAnalysis) -> Double? {
    chunk.choice(of: id) {
      guard let rows = RowClasses(of: chunk) else { return nil }
      let size = (0..<rows.count).reduce(Double(rows.numbers.count) / 8) { size, kind in
        size + Self.overhead + self.size(of: kind, rows, chunk)
      }
      return EncodingChoice(parameter: 0, size: size)
    }?.size
  }

  func encode(
    _ chunk: ChunkAnalysis, into coded: inout [UInt8]
  ) throws(SparseCodingError) -> Bool {
    guard let rows = RowClasses(of: chunk) else { return false }
    rows.write(to: &coded, with: chunk.coder)
    for kind in 0..<rows.count {
      let coder = chunk.coder
      coded += try coder.scratch.scope { () throws(SparseCodingError) in
        let elements = Self.gather(kind, rows, chunk)
        return try coder.encodeDense(elements, on: rows.grid(of: kind))
      }
    }
    return true
  }

  func decode(
    _ reader: inout CodedReader, as layout: ElementLayout,
    into output: UnsafeMutableRawBufferPointer, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    let count = output.count / layout.width
    let mark = coder.scratch.mark
    defer { coder.scratch.release(to: mark) }
    let rows = try RowClasses(from: &reader, elements: count, with: coder)
    for kind in 0..<rows.count {
      let kept = rows.elementCount(of: kind, among: count)
      let elements = coder.scratch.take(kept * layout.width)
      try coder.decodeDense(&reader, as: layout, into: elements)
      var next = 0
      rows.forEachRow(of: kind, among: count) { places in
        let size = places.count * layout.width
        output.from(places.lowerBound * layout.width)
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: elements[next..<next + size]))
        next += size
      }
    }
  }

  /// The bytes that the rows of a kind should take.
  private func size(of kind: Int, _ rows: RowClasses, _ chunk: ChunkAnalysis) -> Double {
    chunk.coder.scratch.measured { _ in
      let elements = Self.gather(kind, rows, chunk)
      return chunk.coder.retained.measured { _ in
        chunk.coder.denseEstimate(
          ChunkAnalysis(elements, on: rows.grid(of: kind), coder: chunk.coder))
      }
    }
  }

  /// The rows of a kind, one after the other.
  private static func gather(
    _ kind: Int, _ rows: RowClasses, _ chunk: ChunkAnalysis
  ) -> Elements {
    let width = chunk.layout.width
    let count = rows.elementCount(of: kind, among: chunk.count)
    let gathered = chunk.coder.scratch.take(count * width)
    var next = 0
    rows.forEachRow(of: kind, among: chunk.count) { places in
      let row = chunk.elements[places].bytes
      gathered.from(next).copyMemory(from: row)
      next += row.count
    }
    return Elements(gathered, chunk.layout)
  }
}
