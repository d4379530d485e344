internal import ByteStorage

/// Which elements of a chunk share a scale: runs of neighbours belong to one class after the other,
/// and after the last one to the first again.
///
/// Rows are long runs, columns runs of one; a chunk may begin inside of a run.
struct ScaleClasses: Hashable {
  /// How many classes there are.
  let count: Int
  /// How many neighbours are of one class.
  let run: Int
  /// The place of the first element in its run.
  let first: Int

  /// One class for all.
  static func single(_ elements: Int) -> ScaleClasses {
    ScaleClasses(count: 1, run: max(elements, 1), first: 0)
  }

  /// A class for each row of the chunk.
  static func rows(_ geometry: RowGeometry, _ elements: Int) -> ScaleClasses {
    let last = geometry.first + max(elements, 1) - 1
    return ScaleClasses(
      count: last / geometry.rowLength + 1, run: geometry.rowLength, first: geometry.first)
  }

  /// A class for each column, or kernel, of the rows.
  static func columns(_ geometry: RowGeometry) -> ScaleClasses {
    ScaleClasses(
      count: geometry.rowLength / geometry.kernel, run: geometry.kernel,
      first: geometry.first % geometry.kernel)
  }

  /// True when the numbers fit a chunk of so many elements, and each class has one of them.
  func isPossible(_ elements: Int) -> Bool {
    guard 1...Limits.chunkElements ~= run, 1...Limits.chunkElements ~= count, 0..<run ~= first
    else { return false }
    return elements > 0 && (first + elements - 1) / run + 1 >= count
  }

  /// The runs of a chunk of so many elements in order, each with its class.
  func forEachRun(of elements: Int, _ body: (Int, Range<Int>) -> Bool) -> Bool {
    var (place, index) = (0, 0)
    while place < elements {
      let end = min(elements, place + run - (place == 0 ? first : 0))
      guard body(index, place..<end) else { return false }
      index = index + 1 == count ? 0 : index + 1
      place = end
    }
    return true
  }

  /// The elements of one class in order, among so many of a chunk, until `body` says no.
  func forEachElement(
    of index: Int, among elements: Int, _ body: (Int) -> Bool
  ) -> Bool {
    var start = index * run - first
    while start < elements {
      for place in max(0, start)..<min(elements, start + run) {
        guard body(place) else { return false }
      }
      start += run * count
    }
    return true
  }
}

// MARK: - Bytes

extension ScaleClasses {
  func write(to coded: inout [UInt8]) {
    for number in [count, run, first] { coded.append(number: number) }
  }

  init(from reader: inout CodedReader) throws(SparseCodingError) {
    count = try reader.number()
    run = try reader.number()
    first = try reader.number()
  }
}
