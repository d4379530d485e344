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

  private init(_ kept: Int, of group: Int) {
    self.kept = kept
    self.group = group
  }

  /// The pattern that hardware has instructions for.
  public static let twoOfFour = GroupPattern(2, of: 4)

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
