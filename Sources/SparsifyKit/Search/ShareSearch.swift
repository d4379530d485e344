/// Looks by bisection for the largest share that can go.
///
/// What is lost need not grow with the share, and not every share is tried. What holds is this: the
/// share that is found was tried and qualifies, and the next larger one was tried and does not,
/// unless what is found is the largest share of all.
struct ShareSearch {
  /// How many shares there are from none to all.
  private static let steps = 100.0
  /// Shares are decimals, which binary numbers miss by less.
  private static let tolerance = 1e-9

  /// The shares that may be tried, rising: hundredths, and the bound.
  let shares: [Double]

  /// Prepares to look for shares up to a bound, which is one of them.
  init(upTo bound: Double) {
    let count = max(1, Int((bound * Self.steps - Self.tolerance).rounded(.up)))
    shares = (1...count).map { min(Double($0) / Self.steps, bound) }
  }

  /// How many shares are tried at most.
  var mostTries: Int { Int.bitWidth - shares.count.leadingZeroBitCount }

  /// The largest share found, and what came of it.
  ///
  /// - Parameter attempt: tries a share; nil when it does not qualify.
  /// - Returns: nil when no share that was tried qualifies; the smallest of all is one of them then.
  func largest<Outcome>(
    _ attempt: (Double) throws -> Outcome?
  ) rethrows -> (share: Double, outcome: Outcome)? {
    var found: (share: Double, outcome: Outcome)?
    var open = 0..<shares.count
    while !open.isEmpty {
      let middle = open.lowerBound + open.count / 2
      if let outcome = try attempt(shares[middle]) {
        found = (shares[middle], outcome)
        open = middle + 1..<open.upperBound
      } else {
        open = open.lowerBound..<middle
      }
    }
    return found
  }
}
