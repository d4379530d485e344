internal import ByteStorage
internal import ModelGraph
internal import SparseCoding

/// The shape of a tensor that may stand in a container with its rows as columns.
struct Matrix: Hashable {
  let rows: Int
  let columns: Int
  let layout: ElementLayout

  /// Larger ones are read too often on the way back.
  static let largestSize = 1 << 31

  /// Nil for anything but two dimensions of whole elements.
  init?(_ tensor: TensorRecord, byteCount: Int) {
    layout = ElementLayout(of: tensor.elementType)
    guard tensor.shape.rank == 2, tensor.elementType.bitWidth == 8 * layout.width,
      1...Self.largestSize ~= byteCount
    else { return nil }
    (rows, columns) = (tensor.shape.dimensions[0], tensor.shape.dimensions[1])
  }

  private init(rows: Int, columns: Int, layout: ElementLayout) {
    (self.rows, self.columns, self.layout) = (rows, columns, layout)
  }

  var transpose: Matrix { Matrix(rows: columns, columns: rows, layout: layout) }
}

/// Finds matrices that are the transpose of an earlier one, as exporters leave of embeddings that are
/// the last layer, too.
struct TransposedContents {
  /// How a matrix begins.
  private struct Fingerprint: Hashable {
    let matrix: Matrix
    let start: [UInt8]
  }

  /// Elements of the beginning of a row.
  private static let sampleCount = 8
  /// As for equal contents: a file may not cost quadratic time.
  private static let mostCandidates = 8
  private var shapes: Set<Matrix> = []
  private var seen: [Fingerprint: [(record: Int, contents: any ByteSource)]] = [:]

  /// Makes a matrix one to find.
  mutating func add(_ matrix: Matrix, _ contents: any ByteSource, record: Int) throws {
    let size = min(matrix.columns, Self.sampleCount) * matrix.layout.width
    let key = Fingerprint(matrix: matrix, start: try contents.bytes(in: 0..<size))
    shapes.insert(matrix)
    if seen[key, default: []].count < Self.mostCandidates {
      seen[key, default: []].append((record, contents))
    }
  }

  /// The record of an earlier matrix of which this one is the transpose.
  func twin(of matrix: Matrix, _ contents: any ByteSource) throws -> Int? {
    guard shapes.contains(matrix.transpose) else { return nil }
    let width = matrix.layout.width
    let column = try (0..<min(matrix.rows, Self.sampleCount)).flatMap { row in
      let start = row * matrix.columns * width
      return try contents.bytes(in: start..<start + width)
    }
    let key = Fingerprint(matrix: matrix.transpose, start: column)
    for candidate in seen[key, default: []] {
      if try isTranspose(candidate.contents, of: matrix, contents) { return candidate.record }
    }
    return nil
  }

  private func isTranspose(
    _ other: some ByteSource, of matrix: Matrix, _ contents: any ByteSource
  ) throws -> Bool {
    let transpose = TransposedSource(
      base: other, rows: matrix.rows, columns: matrix.columns, width: matrix.layout.width,
      cache: RecentBytes(capacity: 1))
    let size = transpose.preferredReadSize
    for start in stride(from: 0, to: contents.byteCount, by: size) {
      let range = start..<min(start + size, contents.byteCount)
      if try transpose.bytes(in: range) != contents.bytes(in: range) { return false }
    }
    return true
  }
}
