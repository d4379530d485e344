internal import ByteStorage
internal import ModelGraph

/// A weight with its blocks.
struct BlockedWeight: Sendable {
  let weight: WeightStream
  let grid: BlockGrid
}

/// Chooses the blocks with the lowest sums, of one or several weights together.
///
/// Of blocks with equal sums the first goes first. The sums are kept in memory: 8 bytes a block.
struct BlockSelection {
  let weights: [BlockedWeight]
  let rule: KeyRule
  let threads: Int

  /// Prunes a share of all blocks.
  func lowest(share: Double) throws -> [MaskedWeight] {
    let scores = try weights.map { try keys(of: $0) }
    let total = scores.reduce(0) { $0 + $1.count }
    let rank = Int((share * Double(total)).rounded())
    var (limit, quota) = rank < total ? Self.key(ofRank: rank, in: scores) : (UInt64.max, 0)
    var results: [MaskedWeight] = []
    for (blocked, scores) in zip(weights, scores) {
      var mask = Mask(count: blocked.weight.count)
      for (block, score) in scores.enumerated() where score <= limit {
        if score == limit {
          guard quota > 0 else { continue }
          quota -= 1
        }
        blocked.grid.prune(block, in: &mask)
      }
      results.append(try count(mask, of: blocked.weight))
    }
    return results
  }

  /// The key at a rank, and how many of its equals go too.
  private static func key(ofRank rank: Int, in keys: [[UInt64]]) -> (UInt64, rest: Int) {
    var selection = RadixSelection(keyBits: 64, rank: rank)
    while !selection.isComplete {
      let digits = selection.digits
      var histogram = Array(repeating: 0, count: RadixSelection.bucketCount)
      for keys in keys {
        for bucket in keys.lazy.compactMap(digits.bucket) { histogram[bucket] += 1 }
      }
      selection.narrow(by: histogram)
    }
    return (selection.key, selection.rest)
  }

  /// The sums of a weight's blocks as the bits of a `Double`; those of a block with NaN are largest.
  private func keys(of blocked: BlockedWeight) throws -> [UInt64] {
    let grid = blocked.grid
    let bandSize = min(grid.blockRows, grid.rows) * grid.rowLength
    let bandsInPart = max(1, WeightStream.chunkSize / bandSize)
    var result: [UInt64] = []
    result.reserveCapacity(grid.blockCount)
    try OrderedPipeline.run(
      count: (grid.bandCount - 1) / bandsInPart + 1, threads: threads, workspace: { KeyBuffer() },
      produce: { part, buffer in
        let bands = part * bandsInPart..<min(grid.bandCount, (part + 1) * bandsInPart)
        return try bands.flatMap { try sums(ofBand: $0, of: blocked, buffer) }
      },
      consume: { _, sums in
        result.append(contentsOf: sums.lazy.map { $0.isNaN ? UInt64.max - 1 : $0.bitPattern })
      })
    return result
  }

  private func sums(
    ofBand band: Int, of blocked: BlockedWeight, _ buffer: KeyBuffer
  ) throws -> [Double] {
    var sums = Array(repeating: 0.0, count: blocked.grid.blocksInRow)
    for piece in blocked.weight.pieces(of: blocked.grid.elements(ofBand: band)) {
      try buffer.withKeys(of: piece, in: blocked.weight, by: rule) { keys in
        blocked.grid.add(keys, from: piece.lowerBound, by: rule.criterion, to: &sums)
      }
    }
    return sums
  }

  /// Counts zeros before and after.
  private func count(_ mask: Mask, of weight: WeightStream) throws -> MaskedWeight {
    var result = MaskedWeight(count: weight.count)
    result.mask = mask
    let pieces = weight.pieces(of: 0..<weight.count)
    try OrderedPipeline.run(
      count: pieces.count, threads: threads, workspace: { KeyBuffer() },
      produce: { index, buffer in
        try buffer.withKeys(of: pieces[index], in: weight, by: rule) { keys in
          var part = MaskedWeight(count: 0)
          for (element, key) in zip(pieces[index], keys) {
            let isZero = key == SaliencyKey.zero
            part.zerosBefore += isZero ? 1 : 0
            part.zerosAfter += isZero || mask[element] ? 1 : 0
            part.nanCount += key == SaliencyKey.notANumber ? 1 : 0
          }
          return part
        }
      },
      consume: { _, part in
        result.zerosBefore += part.zerosBefore
        result.zerosAfter += part.zerosAfter
        result.nanCount += part.nanCount
      })
    return result
  }
}
