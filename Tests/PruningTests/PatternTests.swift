import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

/// Values with many ties, zeros and a NaN now and then.
private func values(_ count: Int, seed: UInt64) -> [Float] {
  var random = SeededGenerator(seed: seed)
  return (0..<count).map { _ in
    let value = Float(Int.random(in: -3...3, using: &random))
    return Int.random(in: 0..<40, using: &random) == 0 ? .nan : value
  }
}

/// N:M along an axis of a shape, by sorting each group.
private func naiveGroups(
  _ keys: [Double], _ dimensions: [Int], axis: Int, kept: Int, group: Int
) -> [Bool] {
  let stride = dimensions[(axis + 1)...].reduce(1, *)
  var mask = keys.map { _ in false }
  for element in keys.indices where element / stride % dimensions[axis] % group == 0 {
    let length = min(group, dimensions[axis] - element / stride % dimensions[axis])
    let members = (0..<length).map { element + $0 * stride }
    let order = members.sorted { (keys[$0], $0) < (keys[$1], $1) }
    for member in order.prefix(max(0, length - kept)) { mask[member] = true }
  }
  return mask
}

@Suite struct GroupPatternTests {
  @Test(arguments: [(1, 2), (2, 4), (1, 4), (3, 5)])
  func everySmallShapeAndAxisIsPrunedAsBySorting(kept: Int, group: Int) throws {
    let pattern = try GroupPattern(kept: kept, group: group)
    for rows in 1...9 {
      for columns in 1...6 {
        for depth in [1, 3] {
          let dimensions = [rows, columns, depth]
          let all = values(rows * columns * depth, seed: UInt64(rows * 10 + columns))
          let weight = try WeightStream(floats: all)
          for axis in 0..<3 {
            let stored = StridedAxis(
              length: dimensions[axis], stride: dimensions[(axis + 1)...].reduce(1, *))
            let found = try pattern.prune(weight, along: stored, by: magnitudes, threads: 1)
            let expected = naiveGroups(
              naiveKeys(all), dimensions, axis: axis, kept: kept, group: group)
            #expect(found.mask.bools == expected, "\(dimensions), axis \(axis)")
            let zeros = zip(all, expected).filter { $0 == 0 || $1 }.count
            #expect(found.zerosAfter == zeros)
            #expect(found.zerosBefore == all.filter { $0 == 0 }.count)
            #expect(found.nanCount == all.filter(\.isNaN).count)
          }
        }
      }
    }
  }

  @Test func theRestOfAnAxisKeepsAsManyAsAGroup() throws {
    let weight = try WeightStream(floats: [1, 2, 3, 4, 5, 6, 7])
    let found = try GroupPattern(kept: 2, group: 4).prune(
      weight, along: StridedAxis(length: 7, stride: 1), by: magnitudes, threads: 1)
    #expect(found.mask.bools == [true, true, false, false, true, false, false])
  }

  @Test func theThreadsDoNotChangeTheResult() throws {
    let weight = try WeightStream(floats: values(6000, seed: 4))
    let pattern = try GroupPattern(kept: 2, group: 4)
    let axis = StridedAxis(length: 20, stride: 30)
    let rule = KeyRule(criterion: RandomCriterion(), seed: 3)
    let one = try pattern.prune(weight, along: axis, by: rule, threads: 1)
    #expect(try pattern.prune(weight, along: axis, by: rule, threads: 3).mask == one.mask)
  }

  @Test(arguments: [(0, 4), (4, 4), (5, 4), (1, 0), (-1, 4), (1, 65), (1, 1)])
  func patternsThatKeepNothingOrAllAreRefused(kept: Int, group: Int) {
    #expect(throws: PruningError.groupOutOfRange(kept: kept, group: group)) {
      try GroupPattern(kept: kept, group: group)
    }
  }
}

@Suite struct GroupTilingTests {
  @Test func tilesCoverEachElementOnceInWholeGroups() {
    for size in [4, 16, 40, 1000] {
      for (lines, length, stride) in [
        (1, 1, 1), (3, 7, 1), (5, 4, 1), (1, 9, 5), (2, 8, 30), (3, 5, 17),
      ] {
        for group in [2, 4] {
          let count = lines * length * stride
          let tiling = GroupTiling(
            axis: StridedAxis(length: length, stride: stride), elementCount: count, group: group,
            size: size)
          var covered = [Int](repeating: 0, count: count)
          for tile in (0..<tiling.count).map(tiling.tile) {
            for line in 0..<tile.lines {
              for row in 0..<tile.rows {
                for column in 0..<tile.width {
                  covered[tile.start + (line * length + row) * stride + column] += 1
                }
              }
            }
            let row = tile.start / stride % length
            #expect(row % group == 0)
            #expect(tile.rows % group == 0 || row + tile.rows == length)
            #expect(tile.lines == 1 || (tile.rows == length && tile.width == stride))
          }
          #expect(covered.allSatisfy { $0 == 1 }, "\(size) \(lines)x\(length)x\(stride) \(group)")
        }
      }
    }
  }

  @Test func tilesOfPartsOfRowsArePutTogether() throws {
    // Read in strips of 8 columns, and as a whole.
    let all = values(6 * 50, seed: 7)
    let weight = try WeightStream(floats: all)
    let tiling = GroupTiling(
      axis: StridedAxis(length: 6, stride: 50), elementCount: 300, group: 4, size: 16)
    let buffer = KeyBuffer()
    var whole = MaskedWeight(count: 300)
    for tile in (0..<tiling.count).map(tiling.tile) {
      var keys: [UInt32] = []
      try tile.load(weight, by: magnitudes, buffer, into: &keys)
      var part = MaskedWeight(count: keys.count)
      for (index, key) in keys.enumerated() where key == 0 { part.mask[index] = true }
      tile.add(part, to: &whole)
    }
    #expect(whole.mask.bools == all.map { $0 == 0 })
  }
}

/// Blocks of a matrix, by sorting their sums.
private func naiveBlocks(
  _ values: [Float], rows: Int, columns: Int, _ blockRows: Int, _ blockColumns: Int, share: Double
) -> [Bool] {
  var blocks: [[Int]] = []
  for row in stride(from: 0, to: rows, by: blockRows) {
    for column in stride(from: 0, to: columns, by: blockColumns) {
      blocks.append(
        (row..<min(rows, row + blockRows)).flatMap { row in
          (column..<min(columns, column + blockColumns)).map { row * columns + $0 }
        })
    }
  }
  let sums = blocks.map { block -> Double in
    let sum = block.reduce(0.0) { $0 + Double(abs(values[$1])) }
    return sum.isNaN ? .infinity : sum
  }
  let goes = naiveLowest(sums, Int((share * Double(blocks.count)).rounded()))
  var mask = values.map { _ in false }
  for (block, goes) in zip(blocks, goes) where goes { for index in block { mask[index] = true } }
  return mask
}

@Suite struct BlockPatternTests {
  private func prune(
    _ all: [Float], _ layout: WeightLayout, _ pattern: BlockPattern, share: Double,
    threads: Int = 1
  ) throws -> MaskedWeight {
    let blocked = BlockedWeight(
      weight: try WeightStream(floats: all),
      grid: pattern.grid(for: layout, elementCount: all.count))
    let selection = BlockSelection(weights: [blocked], rule: magnitudes, threads: threads)
    return try #require(try selection.lowest(share: share).first)
  }

  @Test func everySmallMatrixIsPrunedAsBySorting() throws {
    for (rows, columns) in [(1, 1), (1, 7), (4, 4), (5, 3), (6, 9), (7, 2)] {
      let all = values(rows * columns, seed: UInt64(rows + columns))
      let output = StridedAxis(length: rows, stride: columns)
      let layout = WeightLayout(
        reduction: StridedAxis(length: columns, stride: 1), output: output)
      for (blockRows, blockColumns) in [(1, 2), (2, 1), (2, 2), (3, 2), (4, 8), (16, 1)] {
        let pattern = try BlockPattern(rows: blockRows, columns: blockColumns)
        for share in [0, 0.3, 0.5, 1] {
          let found = try prune(all, layout, pattern, share: share)
          let expected = naiveBlocks(
            all, rows: rows, columns: columns, blockRows, blockColumns, share: share)
          #expect(found.mask.bools == expected, "\(rows)x\(columns) in \(pattern), \(share)")
          #expect(found.zerosAfter == zip(all, expected).filter { $0 == 0 || $1 }.count)
          #expect(found.zerosBefore == all.filter { $0 == 0 }.count)
        }
      }
    }
  }

  @Test func inATransposedMatrixTheBlocksAreTransposed() throws {
    // Stored [inputs 6, outputs 4]: a block of 1 output by 3 inputs is 3 rows by 1 column.
    let all = values(24, seed: 9)
    let layout = WeightLayout(
      reduction: StridedAxis(length: 6, stride: 4), output: StridedAxis(length: 4, stride: 1))
    let pattern = try BlockPattern(rows: 1, columns: 3)
    let found = try prune(all, layout, pattern, share: 0.5)
    #expect(found.mask.bools == naiveBlocks(all, rows: 6, columns: 4, 3, 1, share: 0.5))
    #expect(
      pattern.grid(for: layout, elementCount: 24).pattern
        == .blocks(rows: 3, columns: 1, rowLength: 4))
  }

  @Test func blocksDoNotReachFromOneMatrixIntoTheNext() throws {
    // Two matrices of 3x2, in blocks of two rows.
    let layout = WeightLayout(
      reduction: StridedAxis(length: 2, stride: 1), output: StridedAxis(length: 3, stride: 2))
    let pattern = try BlockPattern(rows: 2, columns: 2)
    let all: [Float] = [9, 9, 9, 9, 1, 1, 2, 2, 9, 9, 9, 9]
    let found = try prune(all, layout, pattern, share: 0.25)
    #expect(found.mask.bools.prefix(6) == [false, false, false, false, true, true])
    #expect(found.mask.prunedCount == 2)
    #expect(pattern.grid(for: layout, elementCount: 12).pattern == nil)
  }

  @Test func threadsDoNotChangeTheResult() throws {
    let all = values(6000, seed: 11)
    let layout = WeightLayout(
      reduction: StridedAxis(length: 60, stride: 1), output: StridedAxis(length: 100, stride: 60))
    let pattern = try BlockPattern(rows: 3, columns: 7)
    let one = try prune(all, layout, pattern, share: 0.4)
    let three = try prune(all, layout, pattern, share: 0.4, threads: 3)
    #expect(one.mask == three.mask)
    #expect(one.mask.prunedCount > 0)
  }

  @Test(arguments: [(0, 4), (1, 1), (-1, -4), (1 << 20, 1 << 20), (.max, 2)])
  func blocksOfNoUseAreRefused(rows: Int, columns: Int) {
    #expect(throws: PruningError.blockOutOfRange(rows: rows, columns: columns)) {
      try BlockPattern(rows: rows, columns: columns)
    }
  }
}
