internal import ByteStorage
internal import ModelGraph

/// A weight cut into tiles of whole groups, none much larger than `WeightStream.chunkSize`.
///
/// In storage, an axis is `lines` times `length` rows of `stride` elements. A tile takes several
/// lines, or several groups of one line, or, where even one group is large, some columns of it.
struct GroupTiling: Sendable {
  private let axis: StridedAxis
  private let lines: Int
  private let linesInTile: Int
  private let rowsInTile: Int
  private let columnsInTile: Int
  private var tilesOnAxis: Int { (axis.length - 1) / rowsInTile + 1 }
  private var tilesOnRow: Int { (axis.stride - 1) / columnsInTile + 1 }

  init(axis: StridedAxis, elementCount: Int, group: Int, size: Int = WeightStream.chunkSize) {
    self.axis = axis
    let line = axis.length * axis.stride
    lines = elementCount / line
    linesInTile = max(1, size / line)
    let groups = size / axis.stride / group
    rowsInTile = line <= size ? axis.length : min(axis.length, max(1, groups) * group)
    columnsInTile =
      groups > 0 || line <= size ? axis.stride : min(axis.stride, max(8, size / group))
  }

  var count: Int { ((lines - 1) / linesInTile + 1) * tilesOnAxis * tilesOnRow }

  func tile(_ index: Int) -> GroupTile {
    let column = index % tilesOnRow * columnsInTile
    let row = index / tilesOnRow % tilesOnAxis * rowsInTile
    let line = index / tilesOnRow / tilesOnAxis * linesInTile
    return GroupTile(
      start: (line * axis.length + row) * axis.stride + column,
      lines: min(linesInTile, lines - line), rows: min(rowsInTile, axis.length - row),
      width: min(columnsInTile, axis.stride - column), rowStride: axis.stride)
  }
}

/// Some lines, rows and columns of a weight.
struct GroupTile: Sendable {
  let start: Int
  let lines: Int
  let rows: Int
  let width: Int
  let rowStride: Int

  /// The stored elements the tile consists of, in its order.
  private var runs: [Range<Int>] {
    // Whole rows follow one another in storage, and so do whole lines.
    if width == rowStride { return [start..<start + lines * rows * width] }
    return (0..<rows).map { start + $0 * rowStride..<start + $0 * rowStride + width }
  }

  /// Reads the tile's keys.
  func load(
    _ weight: WeightStream, by rule: KeyRule, _ buffer: KeyBuffer, into keys: inout [UInt32]
  ) throws {
    keys.removeAll(keepingCapacity: true)
    for run in runs {
      try buffer.withKeys(of: run, in: weight, by: rule) { keys.append(contentsOf: $0) }
    }
  }

  /// Adds the tile's part to the whole.
  func add(_ part: MaskedWeight, to whole: inout MaskedWeight) {
    var done = 0
    for run in runs {
      whole.mask.insert(part.mask.words, from: done, count: run.count, at: run.lowerBound)
      done += run.count
    }
    whole.zerosBefore += part.zerosBefore
    whole.zerosAfter += part.zerosAfter
    whole.nanCount += part.nanCount
  }
}
