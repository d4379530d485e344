/// Divides zeros among tensors so that their errors together are smallest, by dynamic programming over
/// their error curves (Frantar & Alistarh 2022, "SPDY").
///
/// Errors of the outputs are taken for independent: their squares are added.
struct CurveAllocation {
  /// The error of one tensor alone.
  struct Curve {
    /// How many weights it has.
    let elements: Int
    /// The shares that were tried, rising, and the error of each; nil where it is not known.
    let points: [(share: Double, error: Double?)]
  }

  /// Shares of a curve are whole percents: in between, errors are interpolated.
  private static let steps = 100
  /// Zeros are counted in so many parts of all weights at most.
  private static let parts = 1 << 14

  private let curves: [Curve]
  /// Weights of one part.
  private let unit: Int

  init(_ curves: [Curve]) {
    self.curves = curves
    unit = max(1, curves.reduce(0) { $0 + $1.elements } / Self.parts)
  }

  /// The share of each tensor; nil when no tensor may lose enough.
  ///
  /// At least so many weights go, and up to a part for each tensor more; a part for each less where
  /// that is all that may.
  func shares(zeros: Int) -> [Double]? {
    let most = curves.map { zeroCount(Self.losses(of: $0).count - 1, of: $0) }
    guard zeros <= most.reduce(0, +) else { return nil }
    // Parts that tensors do not fill count for none: with all that may go, there are too few.
    let needed = min((zeros + unit - 1) / unit, most.reduce(0) { $0 + $1 / unit })
    var best = [0.0] + Array(repeating: Double.infinity, count: needed)
    var choices: [[UInt8]] = []
    for curve in curves {
      let losses = Self.losses(of: curve)
      var (next, choice) = (best, [UInt8](repeating: 0, count: best.count))
      for (percent, loss) in losses.enumerated().dropFirst() {
        let gain = zeroCount(percent, of: curve) / unit
        for parts in next.indices {
          let total = best[max(0, parts - gain)] + loss
          if total < next[parts] { (next[parts], choice[parts]) = (total, UInt8(percent)) }
        }
      }
      best = next
      choices.append(choice)
    }
    return backwards(from: needed, choices)
  }

  /// What was chosen of each tensor on the way to so many parts.
  private func backwards(from needed: Int, _ choices: [[UInt8]]) -> [Double] {
    var (parts, shares) = (needed, [Double](repeating: 0, count: curves.count))
    for index in curves.indices.reversed() {
      let percent = Int(choices[index][parts])
      shares[index] = Double(percent) / Double(Self.steps)
      parts = max(0, parts - zeroCount(percent, of: curves[index]) / unit)
    }
    return shares
  }

  private func zeroCount(_ percent: Int, of curve: Curve) -> Int {
    curve.elements * percent / Self.steps
  }

  /// The squared error at each percent, as far as it is known; more zeros never count for less.
  private static func losses(of curve: Curve) -> [Double] {
    var losses = [0.0]
    var (start, low) = (0.0, 0.0)
    for point in curve.points {
      guard let error = point.error, error.isFinite else { break }
      let high = max(low, error)
      // A share such as 0.29 is a little less than its percents.
      while losses.count <= Int((point.share * Double(steps) + 1e-9).rounded(.down)) {
        let share = Double(losses.count) / Double(steps)
        let between = (share - start) / max(point.share - start, .leastNormalMagnitude)
        let interpolated = low + (high - low) * between
        losses.append(interpolated * interpolated)
      }
      (start, low) = (point.share, high)
    }
    return losses
  }
}
