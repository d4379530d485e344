/// How many weights go of each of several tensors, of a number for all of them, when neither their
/// sizes alone decide nor a ranking of all weights.
enum ShareDivision {
  /// Erdős–Rényi-Kernel (Evci and others 2020, "Rigging the Lottery"): a tensor keeps a share that is
  /// proportional to the sum of its dimensions over their product, at most all.
  ///
  /// `zeros` go of all, whose dimensions are `shapes`.
  static func erk(_ zeros: Int, of shapes: [[Int]]) -> [Int] {
    let counts = shapes.map { $0.reduce(1, *) }
    let sums = shapes.map { Double($0.reduce(0, +)) }
    var sparse = Array(shapes.indices)
    while true {
      let kept = Double(sparse.reduce(-zeros) { $0 + counts[$1] })
      let scale = max(0, kept) / max(1, sparse.reduce(0) { $0 + sums[$1] })
      let rest = sparse.filter { scale * sums[$0] <= Double(counts[$0]) }
      if rest.count == sparse.count {
        var (least, most) = (counts.map { _ in 0 }, counts.map { _ in 0 })
        for index in sparse {
          (least[index], most[index]) = (
            Int(Double(counts[index]) - scale * sums[index]), counts[index]
          )
        }
        return filled(least, total: zeros, atMost: most)
      }
      sparse = rest
    }
  }

  /// Layer-adaptive magnitude pruning (Lee and others 2021): all weights are ranked together by their
  /// square over the sum of the squares in their tensor that are not smaller.
  ///
  /// `zeros` go of all, whose sizes the `spectra` tell.
  static func lamp(_ zeros: Int, of spectra: [MagnitudeSpectrum]) -> [Int] {
    // Scores are between 0 and 1; the bits of positive numbers are in their order.
    var (low, high) = (Double.leastNonzeroMagnitude.bitPattern, (1.0).bitPattern + 1)
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let count = spectra.reduce(0) { $0 + $1.count(below: Double(bitPattern: middle)) }
      if count > zeros { high = middle } else { low = middle }
    }
    return filled(
      spectra.map { $0.count(below: Double(bitPattern: low)) }, total: zeros,
      atMost: spectra.map(\.count))
  }

  /// Outlier-weighed layerwise sparsity (Yin and others 2024): the more weights stand out, the fewer
  /// go, between those with most and those with fewest by `owlSpread`.
  ///
  /// `zeros` go of all, whose sizes are `counts`. `shares` say how many stand out of each; where that
  /// is not known, as many as in the others on average.
  static func owl(_ zeros: Int, of counts: [Int], standingOut shares: [Double?]) -> [Int] {
    let known = shares.compactMap(\.self)
    let (least, most) = (known.min() ?? 0, known.max() ?? 0)
    let mean = known.reduce(0, +) / Double(max(1, known.count))
    let spared = shares.map {
      most > least ? owlSpread * (($0 ?? mean) - least) / (most - least) : 0
    }
    func divided(_ share: Double) -> [Int] {
      zip(counts, spared).map { Int(Double($0) * min(1, max(0, share - $1))) }
    }
    var (low, high) = (0.0, 1 + owlSpread)
    // As many steps as a number between them has bits.
    for _ in 0..<Double.significandBitCount {
      let middle = (low + high) / 2
      if divided(middle).reduce(0, +) > zeros { high = middle } else { low = middle }
    }
    return filled(divided(low), total: zeros, atMost: counts)
  }

  /// Twice the paper's lambda.
  private static let owlSpread = 0.16

  /// Adds what is missing of a total, as evenly as it goes.
  private static func filled(_ counts: [Int], total: Int, atMost: [Int]) -> [Int] {
    var counts = counts
    var missing = total - counts.reduce(0, +)
    while missing > 0 {
      let open = counts.indices.filter { counts[$0] < atMost[$0] }
      guard !open.isEmpty else { break }
      let each = max(1, missing / open.count)
      for index in open where missing > 0 {
        let more = min(each, atMost[index] - counts[index], missing)
        counts[index] += more
        missing -= more
      }
    }
    return counts
  }
}

/// How many weights of a tensor are of which size, about: they are told apart by the upper halves of
/// their keys, which are 1/128 of a magnitude.
struct MagnitudeSpectrum: Sendable {
  private struct Band {
    let square: Double
    let count: Int
    /// The squares from this band on.
    let rest: Double
  }

  /// How many weights there are.
  let count: Int
  private let bands: [Band]

  /// Takes how many keys begin with each of the possible upper halves; `number` says what a key
  /// stands for.
  init(_ histogram: [Int], number: (UInt32) -> Double) {
    count = histogram.reduce(0, +)
    var bands: [Band] = []
    var rest = 0.0
    for (bucket, count) in histogram.enumerated().reversed() where count > 0 {
      let size = bucket == 0 ? 0 : number(UInt32(bucket) << 16 | 0x8000)
      // Infinities and what is no number stay.
      guard size.isFinite else { continue }
      rest += Double(count) * size * size
      bands.append(Band(square: size * size, count: count, rest: rest))
    }
    self.bands = bands
  }

  /// How many weights have a lower score than this one, which is positive.
  ///
  /// Of a band the weight with `k` others before it has a score of `square / (rest - k * square)`.
  func count(below score: Double) -> Int {
    return bands.reduce(0) { sum, band in
      guard band.square > 0 else { return sum + band.count }
      let before = (band.rest / band.square - 1 / score).rounded(.up)
      return sum + Int(max(0, min(Double(band.count), before)))
    }
  }
}
