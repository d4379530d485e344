internal import ModelGraph

/// How many weights go of each of several tensors, of a number for all of them, when neither their
/// sizes alone decide nor a ranking of all weights.
enum ShareDivision {
  /// Erdős–Rényi-Kernel (Evci et al. 2020, "Rigging the Lottery"): a tensor keeps a share that is
  /// proportional to the sum of its dimensions over their product, at most all.
  ///
  /// - Parameters:
  ///   - zeros: how many go of all.
  ///   - shapes: the dimensions of each.
  static func erk(_ zeros: Int, of shapes: [[Int]]) -> [Int] {
    let counts = shapes.map { Double($0.reduce(1, *)) }
    let sums = shapes.map { Double($0.reduce(0, +)) }
    var isDense = Array(repeating: false, count: shapes.count)
    while true {
      let rest = shapes.indices.filter { !isDense[$0] }
      let kept = rest.reduce(-Double(zeros)) { $0 + counts[$1] }
      let scale = max(0, kept) / max(1, rest.reduce(0) { $0 + sums[$1] })
      let full = rest.filter { scale * sums[$0] > counts[$0] }
      guard full.isEmpty else {
        for index in full { isDense[index] = true }
        continue
      }
      let exact = shapes.indices.map { isDense[$0] ? 0 : counts[$0] - scale * sums[$0] }
      return whole(exact, total: zeros, atMost: counts.map { Int($0) })
    }
  }

  /// Layer-adaptive magnitude pruning (Lee et al. 2021): all weights are ranked together by their
  /// square over the sum of the squares in their tensor that are not smaller.
  ///
  /// - Parameters:
  ///   - zeros: how many go of all.
  ///   - spectra: how large the weights of each tensor are.
  static func lamp(_ zeros: Int, of spectra: [MagnitudeSpectrum]) -> [Int] {
    var (low, high) = (-1074.0, 1.0)
    // The logarithm of the score below which weights go; a double has no more bits.
    for _ in 0..<64 {
      let middle = (low + high) / 2
      let count = spectra.reduce(0) { $0 + $1.count(below: middle) }
      if count > zeros { high = middle } else { low = middle }
    }
    let least = spectra.map { $0.count(below: low) }
    let most = spectra.map { max($0.count(below: high), $0.total) }
    return filled(least, total: zeros, atMost: most)
  }

  /// Whole numbers next to these, of a total.
  private static func whole(_ exact: [Double], total: Int, atMost: [Int]) -> [Int] {
    filled(zip(exact, atMost).map { min(Int($0.rounded(.down)), $1) }, total: total, atMost: atMost)
  }

  /// Adds what is missing of a total, to each in turn as far as it goes.
  private static func filled(_ counts: [Int], total: Int, atMost: [Int]) -> [Int] {
    var counts = counts
    var missing = total - counts.reduce(0, +)
    while missing > 0, let index = counts.indices.first(where: { counts[$0] < atMost[$0] }) {
      let open = counts.indices.filter { counts[$0] < atMost[$0] }
      for index in open where missing > 0 {
        let more = min(max(1, missing / open.count), atMost[index] - counts[index], missing)
        counts[index] += more
        missing -= more
      }
      _ = index
    }
    return counts
  }
}
