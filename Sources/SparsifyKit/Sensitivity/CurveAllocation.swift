/// Divides a saving among tensors so that their errors together are smallest, by dynamic programming
/// over their error curves (Frantar & Alistarh 2022, "SPDY").
///
/// Errors of the outputs are taken for independent: their squares are added.
struct CurveAllocation {
  /// The error of one tensor alone.
  struct Curve {
    /// A share that was tried.
    struct Point {
      let share: Double
      /// The error; nil where it is not known.
      let error: Double?
      /// What is saved: weights, multiplications or bytes.
      let saved: Int
    }

    /// The shares that were tried, rising.
    let points: [Point]
  }

  /// Shares of a curve are whole percents: in between, errors and savings are interpolated.
  private static let steps = 100
  /// Savings are counted in so many parts of all at most.
  private static let parts = 1 << 14

  /// What each percent of a tensor loses, as a squared error, and saves, as far as it is known.
  private let options: [[(loss: Double, saved: Int)]]
  /// What one part saves.
  private let unit: Int

  init(_ curves: [Curve]) {
    options = curves.map(Self.options)
    unit = max(1, curves.reduce(0) { $0 + ($1.points.last?.saved ?? 0) } / Self.parts)
  }

  /// The share of each tensor; nil when they cannot save enough together.
  ///
  /// At least as much is saved, and up to a part for each tensor more; a part for each less where that
  /// is all that may.
  func shares(saving wanted: Int) -> [Double]? {
    let most = options.map { $0.last?.saved ?? 0 }
    guard wanted <= most.reduce(0, +) else { return nil }
    // Parts that tensors do not fill count for none: with all that may go, there are too few.
    let needed = min((wanted + unit - 1) / unit, most.reduce(0) { $0 + $1 / unit })
    var best = [0.0] + Array(repeating: Double.infinity, count: needed)
    var choices: [[UInt8]] = []
    for options in options {
      var (next, choice) = (best, [UInt8](repeating: 0, count: best.count))
      for (percent, option) in options.enumerated().dropFirst() {
        let gain = option.saved / unit
        for parts in next.indices {
          let total = best[max(0, parts - gain)] + option.loss
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
    var (parts, shares) = (needed, [Double](repeating: 0, count: options.count))
    for index in options.indices.reversed() {
      let percent = Int(choices[index][parts])
      shares[index] = Double(percent) / Double(Self.steps)
      parts = max(0, parts - options[index][percent].saved / unit)
    }
    return shares
  }

  /// More zeros never count for a smaller error, or a smaller saving.
  private static func options(of curve: Curve) -> [(loss: Double, saved: Int)] {
    var options = [(loss: 0.0, saved: 0)]
    var (start, low, saved) = (0.0, 0.0, 0)
    for point in curve.points {
      guard let error = point.error, error.isFinite else { break }
      let (high, most) = (max(low, error), max(saved, point.saved))
      // A share such as 0.29 is a little less than its percents.
      while options.count <= Int((point.share * Double(steps) + 1e-9).rounded(.down)) {
        let share = Double(options.count) / Double(steps)
        let between = (share - start) / max(point.share - start, .leastNormalMagnitude)
        let interpolated = low + (high - low) * between
        let gain = (Double(most - saved) * between + 1e-6).rounded(.down)
        options.append((interpolated * interpolated, saved + min(most - saved, Int(gain))))
      }
      (start, low, saved) = (point.share, high, most)
    }
    return options
  }
}
