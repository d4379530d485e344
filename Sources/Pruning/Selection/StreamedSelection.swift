internal import ByteStorage
internal import ModelGraph

/// What pruning does to one tensor.
struct MaskedWeight: Sendable {
  var mask: Mask
  var zerosBefore = 0
  var zerosAfter = 0
  var nanCount = 0

  init(count: Int) {
    mask = Mask(count: count)
  }
}

/// Chooses the lowest keys of one or several weights together, reading them piece by piece.
///
/// Exactly as a stable sort would: of equal keys the one that comes first goes first. The weights are
/// read three times: for the upper and the lower half of the key at the rank, and for the masks.
struct StreamedSelection {
  let weights: [WeightStream]
  let rule: KeyRule
  let threads: Int
  /// Elements that one thread works on before it hands over what it found; a multiple of 64.
  var stretchSize = 1 << 22

  private struct Stretch: Sendable {
    let weight: Int
    let range: Range<Int>
  }

  /// Prunes the `rank` lowest elements of all weights together.
  func lowest(_ rank: Int) throws -> [MaskedWeight] {
    let total = weights.reduce(0) { $0 + $1.count }
    guard rank < total else { return try masks(below: .max, andOf: .max, atMost: .max) }
    var selection = RadixSelection(keyBits: 32, rank: rank)
    while !selection.isComplete {
      selection.narrow(by: try histogram(of: selection.digits))
    }
    let key = UInt32(truncatingIfNeeded: selection.key)
    return try masks(below: key, andOf: key, atMost: selection.rest)
  }

  /// Prunes all elements below a key.
  func below(_ key: UInt32) throws -> [MaskedWeight] {
    try masks(below: key, andOf: key, atMost: 0)
  }

  private var stretches: [Stretch] {
    weights.enumerated().flatMap { index, weight in
      weight.pieces(of: 0..<weight.count, size: stretchSize).map {
        Stretch(weight: index, range: $0)
      }
    }
  }

  /// How many keys of all weights are in each bucket.
  func histogram(of digits: RadixDigits) throws -> [Int] {
    let stretches = stretches
    var sum: [Int] = []
    try OrderedPipeline.run(
      count: stretches.count, threads: threads, workspace: { KeyBuffer() },
      produce: { index, buffer in
        try histogram(of: digits, over: stretches[index], buffer)
      },
      consume: { _, part in
        if sum.isEmpty {
          sum = part
        } else {
          for bucket in sum.indices { sum[bucket] += part[bucket] }
        }
      })
    return sum
  }

  private func histogram(
    of digits: RadixDigits, over stretch: Stretch, _ buffer: KeyBuffer
  ) throws -> [Int] {
    let weight = weights[stretch.weight]
    var histogram = Array(repeating: 0, count: RadixSelection.bucketCount)
    for piece in weight.pieces(of: stretch.range) {
      try buffer.withKeys(of: piece, in: weight, by: rule) { keys in
        histogram.withUnsafeMutableBufferPointer { digits.count(keys, into: $0) }
      }
    }
    return histogram
  }

  /// Prunes what is below `limit`, and the first `quota` elements whose key is `tie`.
  private func masks(
    below limit: UInt32, andOf tie: UInt32, atMost quota: Int
  ) throws -> [MaskedWeight] {
    let stretches = stretches
    var results = weights.map { MaskedWeight(count: $0.count) }
    var quota = quota
    try OrderedPipeline.run(
      count: stretches.count, threads: threads, workspace: { KeyBuffer() },
      produce: { index, buffer in
        let weight = weights[stretches[index].weight]
        var part = StretchMask(count: stretches[index].range.count)
        for piece in weight.pieces(of: stretches[index].range) {
          try buffer.withKeys(of: piece, in: weight, by: rule) {
            part.append($0, below: limit, tie: tie)
          }
        }
        return part
      },
      consume: { index, part in
        part.add(to: &results[stretches[index].weight], at: stretches[index].range, &quota)
      })
    for index in results.indices {
      // Zeros have the lowest key, so either all of them went, or nothing but zeros.
      results[index].zerosAfter = max(results[index].zerosBefore, results[index].mask.prunedCount)
    }
    return results
  }
}

/// The bits of one stretch: what goes for sure, and what goes while the quota lasts.
private struct StretchMask: Sendable {
  private var lower: [UInt64]
  private var ties: [UInt64]
  private var filled = 0
  private var tieCount = 0
  private var zeroCount = 0
  private var nanCount = 0

  init(count: Int) {
    lower = Array(repeating: 0, count: (count + 63) / 64)
    ties = lower
  }

  /// Adds the keys of the next piece; all but the last have a multiple of 64.
  mutating func append(_ keys: UnsafeBufferPointer<UInt32>, below limit: UInt32, tie: UInt32) {
    var start = 0
    while start < keys.count {
      let end = min(start + 64, keys.count)
      var (lowerWord, tieWord): (UInt64, UInt64) = (0, 0)
      for index in start..<end {
        let key = keys[index]
        let bit = UInt64(index - start)
        lowerWord |= (key < limit ? 1 : 0) << bit
        tieWord |= (key == tie ? 1 : 0) << bit
        zeroCount &+= key == SaliencyKey.zero ? 1 : 0
        nanCount &+= key == SaliencyKey.notANumber ? 1 : 0
      }
      lower[(filled + start) >> 6] = lowerWord
      ties[(filled + start) >> 6] = tieWord
      tieCount += tieWord.nonzeroBitCount
      start = end
    }
    filled += keys.count
  }

  func add(to result: inout MaskedWeight, at range: Range<Int>, _ quota: inout Int) {
    result.zerosBefore += zeroCount
    result.nanCount += nanCount
    result.mask.insert(lower, from: 0, count: range.count, at: range.lowerBound)
    guard quota > 0, tieCount > 0 else { return }
    if tieCount <= quota {
      result.mask.insert(ties, from: 0, count: range.count, at: range.lowerBound)
      quota -= tieCount
    } else {
      insertFirstTies(quota, into: &result.mask, at: range.lowerBound)
      quota = 0
    }
  }

  private func insertFirstTies(_ count: Int, into mask: inout Mask, at start: Int) {
    var left = count
    for (index, word) in ties.enumerated() {
      var bits = word
      while bits != 0, left > 0 {
        mask[start + index * 64 + bits.trailingZeroBitCount] = true
        bits &= bits - 1
        left -= 1
      }
      if left == 0 { return }
    }
  }
}
