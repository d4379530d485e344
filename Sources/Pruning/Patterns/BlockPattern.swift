internal import ByteStorage
internal import ModelGraph

/// Blocks of weights that go together: `rows` outputs by `columns` inputs.
///
/// A weight is seen as a matrix with a row for each output and the inputs it sums over, kernel taps
/// included, side by side. Where the inputs are stored first (a MatMul, a ConvTranspose) the stored
/// matrix is the transpose, and so are the blocks in it; the taps then stand beside the outputs.
/// Blocks at the edges may be incomplete. A block's score is the sum of its weights' scores.
public struct BlockPattern: Hashable, Sendable {
  /// The most elements of a block.
  public static let maximumSize = 1 << 16

  /// How many outputs a block covers.
  public let rows: Int
  /// How many inputs a block covers.
  public let columns: Int

  /// Makes a pattern.
  ///
  /// - Throws: `PruningError.blockOutOfRange` for a size below 1 or a block of one element or of more
  ///   than `maximumSize`.
  public init(rows: Int, columns: Int) throws(PruningError) {
    let (size, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 1, columns >= 1, !overflow, (2...Self.maximumSize).contains(size) else {
      throw .blockOutOfRange(rows: rows, columns: columns)
    }
    self.rows = rows
    self.columns = columns
  }

  /// The blocks as they lie in a weight's storage.
  func grid(for layout: WeightLayout, elementCount: Int) -> BlockGrid {
    guard let output = layout.output else {
      return BlockGrid(
        matrixCount: 1, rows: 1, rowLength: elementCount, blockRows: 1, blockColumns: columns)
    }
    let outer = layout.isTransposed ? layout.reduction : output
    return BlockGrid(
      matrixCount: elementCount / (outer.length * outer.stride), rows: outer.length,
      rowLength: outer.stride, blockRows: layout.isTransposed ? columns : rows,
      blockColumns: layout.isTransposed ? rows : columns)
  }
}

/// Blocks over one or several stored matrices of equal size, numbered row by row.
struct BlockGrid: Hashable, Sendable {
  let matrixCount: Int
  let rows: Int
  let rowLength: Int
  let blockRows: Int
  let blockColumns: Int

  var blocksInRow: Int { (rowLength - 1) / blockColumns + 1 }
  private var bandsInMatrix: Int { (rows - 1) / blockRows + 1 }
  /// How many rows of blocks there are in all matrices.
  var bandCount: Int { matrixCount * bandsInMatrix }
  var blockCount: Int { bandCount * blocksInRow }

  /// How the blocks lie, as far as the matrices taken as one have the same blocks.
  var pattern: SparsityPattern? {
    guard matrixCount == 1 || rows % blockRows == 0 else { return nil }
    return .blocks(rows: blockRows, columns: blockColumns, rowLength: rowLength)
  }

  /// The elements of a row of blocks, which follow one another in storage.
  func elements(ofBand band: Int) -> Range<Int> {
    let (matrix, inside) = band.quotientAndRemainder(dividingBy: bandsInMatrix)
    let first = matrix * rows + inside * blockRows
    let last = matrix * rows + min(rows, (inside + 1) * blockRows)
    return first * rowLength..<last * rowLength
  }

  /// Adds numbers of elements from `start` on to their blocks in a band.
  func add(
    _ keys: UnsafeBufferPointer<UInt32>, from start: Int, by criterion: some SaliencyCriterion,
    to sums: inout [Double]
  ) {
    var index = 0
    while index < keys.count {
      let column = (start + index) % rowLength
      let block = column / blockColumns
      let end = index + min((block + 1) * blockColumns, rowLength) - column
      var sum = sums[block]
      for element in index..<min(end, keys.count) { sum += criterion.number(of: keys[element]) }
      sums[block] = sum
      index = end
    }
  }

  /// Prunes a block.
  func prune(_ block: Int, in mask: inout Mask) {
    let (band, place) = block.quotientAndRemainder(dividingBy: blocksInRow)
    let elements = elements(ofBand: band)
    let width = min(blockColumns, rowLength - place * blockColumns)
    for row in stride(from: elements.lowerBound, to: elements.upperBound, by: rowLength) {
      mask.prune(row + place * blockColumns..<row + place * blockColumns + width)
    }
  }
}
