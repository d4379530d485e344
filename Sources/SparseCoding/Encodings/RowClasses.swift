/// Which rows of a chunk are of one kind.
struct RowClasses {
  /// The most kinds there may be.
  static let most = 8
  /// Shorter rows take more to be told apart than they save.
  private static let leastLength = 64

  /// How the rows lie in the chunk, the first one with its beginning outside of it, perhaps.
  let geometry: RowGeometry
  /// The kind of each row; every number below `count` is there.
  let numbers: [UInt8]
  /// How many kinds there are.
  let count: Int

  /// Finds the kinds of rows that lie on a grid; nil when all are of one, or of too many.
  init?(of chunk: ChunkAnalysis) {
    guard let grid = chunk.grid, grid.positions == nil,
      grid.geometry.rowLength >= Self.leastLength, let kind = Self.kind(of: chunk)
    else { return nil }
    var kinds: [Int] = []
    _ = ScaleClasses.rows(grid.geometry, chunk.count).forEachRun(of: chunk.count) { _, places in
      kinds.append(kind(chunk.elements[places].bytes))
      return true
    }
    let known = Set(kinds).sorted()
    guard 2...Self.most ~= known.count else { return nil }
    let number = Dictionary(uniqueKeysWithValues: zip(known, UInt8(0)...))
    geometry = grid.geometry
    numbers = kinds.map { number[$0, default: 0] }
    count = known.count
  }

  /// What tells rows apart: of floats, how narrow they are; of bytes, how far neighbours differ.
  private static func kind(of chunk: ChunkAnalysis) -> ((UnsafeRawBufferPointer) -> Int)? {
    let word = chunk.layout.word
    switch chunk.layout.kind {
    case .float:
      return { word.trailingZeroBits($0, atLeast: 8) / 8 }
    case .signedInteger, .unsignedInteger:
      // The contexts of the smallest level know more of a row.
      guard chunk.layout.width == 1, chunk.coder.level != .small else { return nil }
      return { Int.bitWidth - word.meanStep($0).leadingZeroBitCount }
    case .opaque:
      return nil
    }
  }

  /// The elements of each row of one kind, in order.
  func forEachRow(of kind: Int, among elements: Int, _ body: (Range<Int>) -> Void) {
    _ = ScaleClasses.rows(geometry, elements).forEachRun(of: elements) { row, places in
      if numbers[row] == kind { body(places) }
      return true
    }
  }

  /// How many elements of a chunk are in rows of a kind.
  func elementCount(of kind: Int, among elements: Int) -> Int {
    var total = 0
    forEachRow(of: kind, among: elements) { total += $0.count }
    return total
  }

  /// Where the rows of one kind lie when they stand alone.
  func grid(of kind: Int) -> ElementGrid {
    ElementGrid(
      geometry: RowGeometry(
        rowLength: geometry.rowLength, kernel: geometry.kernel,
        first: numbers.first.map(Int.init) == kind ? geometry.first : 0))
  }
}

// MARK: - Bytes

extension RowClasses {
  func write(to coded: inout [UInt8], with coder: ChunkCoder) {
    for number in [geometry.rowLength, geometry.first, count] { coded.append(number: number) }
    numbers.withUnsafeBytes { coder.append(stream: $0, to: &coded) }
  }

  init(
    from reader: inout CodedReader, elements: Int, with coder: ChunkCoder
  ) throws(SparseCodingError) {
    func refused(_ reason: String) -> SparseCodingError { .badChunk(.rowClasses, reason: reason) }
    geometry = RowGeometry(
      rowLength: try reader.number(), kernel: 1, first: try reader.number())
    count = try reader.number()
    guard geometry.isPossible(elements), 2...Self.most ~= count else {
      throw refused("rows that do not fit the elements")
    }
    let rows = ScaleClasses.rows(geometry, elements).count
    numbers = Array(try coder.view(stream: &reader, count: rows))
    guard Set(numbers).sorted().elementsEqual(0..<UInt8(count)) else {
      throw refused("kinds of rows other than those said")
    }
  }
}
