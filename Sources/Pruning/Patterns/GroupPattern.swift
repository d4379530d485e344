internal import ByteStorage
internal import ModelGraph

/// N:M sparsity (Mishra et al.
///
/// 2021): of every M consecutive weights along the reduction axis, the N that matter most stay.
///
/// Groups begin at the start of the axis. Where its length is no multiple of M, the last group is
/// shorter and keeps as many, N at most: no run of M weights ever has more than N left.
public struct GroupPattern: Hashable, Sendable {
  /// The largest M.
  public static let maximumGroup = 64

  /// How many weights of a group stay.
  public let kept: Int
  /// How many weights a group has.
  public let group: Int

  /// Makes a pattern.
  ///
  /// - Throws: `PruningError.groupOutOfRange` unless 1 <= kept < group <= `maximumGroup`.
  public init(kept: Int, group: Int) throws(PruningError) {
    guard kept >= 1, kept < group, group <= Self.maximumGroup else {
      throw .groupOutOfRange(kept: kept, group: group)
    }
    self.kept = kept
    self.group = group
  }

  /// Prunes one weight along an axis.
  func prune(
    _ weight: WeightStream, along axis: StridedAxis, by rule: KeyRule, threads: Int
  ) throws -> MaskedWeight {
    let tiling = GroupTiling(axis: axis, elementCount: weight.count, group: group)
    var result = MaskedWeight(count: weight.count)
    try OrderedPipeline.run(
      count: tiling.count, threads: threads,
      workspace: { (KeyBuffer(), [UInt32]()) },
      produce: { index, workspace in
        let tile = tiling.tile(index)
        try tile.load(weight, by: rule, workspace.0, into: &workspace.1)
        return mask(of: workspace.1, in: tile)
      },
      consume: { index, part in
        tiling.tile(index).add(part, to: &result)
      })
    return result
  }

  /// The mask of a tile's keys, in the order of the tile.
  private func mask(of keys: [UInt32], in tile: GroupTile) -> MaskedWeight {
    var result = MaskedWeight(count: keys.count)
    keys.withUnsafeBufferPointer { keys in
      for line in 0..<tile.lines {
        for first in stride(from: 0, to: tile.rows, by: group) {
          let start = (line * tile.rows + first) * tile.width
          let length = min(group, tile.rows - first)
          for column in 0..<tile.width {
            prune(keys, at: start + column, length, step: tile.width, in: &result)
          }
        }
      }
    }
    return result
  }

  /// Prunes one group: an element goes when enough others come after it in the order of saliency.
  @inline(__always)
  private func prune(
    _ keys: UnsafeBufferPointer<UInt32>, at start: Int, _ length: Int, step: Int,
    in result: inout MaskedWeight
  ) {
    let quota = length - kept
    for element in 0..<length {
      let key = keys[start + element * step]
      var rank = 0
      for other in 0..<element { rank += keys[start + other * step] <= key ? 1 : 0 }
      for other in element + 1..<max(length, element + 1) {
        rank += keys[start + other * step] < key ? 1 : 0
      }
      let isZero = key == SaliencyKey.zero
      let goes = rank < quota
      if goes { result.mask[start + element * step] = true }
      result.zerosBefore += isZero ? 1 : 0
      result.zerosAfter += isZero || goes ? 1 : 0
      result.nanCount += key == SaliencyKey.notANumber ? 1 : 0
    }
  }
}

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
