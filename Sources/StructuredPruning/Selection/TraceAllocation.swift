/// How many indices each dimension loses so that least is lost and a cost is met.
///
/// Lagrangian: at a price for what a removed index saves, each dimension takes the count with the
/// smallest loss less savings; the price is the lowest at which the cost is met. Savings depend on what
/// the other dimensions keep, so they are measured anew a few times.
struct TraceAllocation {
  private static let rounds = 4
  private static let bisections = 50
  private static let doublings = 200

  /// For each dimension the loss by how many indices are gone.
  let losses: [[Double]]
  /// For each dimension the counts that may go, rising; there is one at least.
  let counts: [[Int]]

  /// The counts; nil when the limit is out of reach.
  func removed(limit: Double, cost: ([Int]) -> Double) -> [Int]? {
    let (least, most) = (counts.map { $0.first ?? 0 }, counts.map { $0.last ?? 0 })
    if cost(least) <= limit { return least }
    guard cost(most) <= limit else { return nil }
    var best = most
    var current = least
    for _ in 0..<Self.rounds {
      let savings = savings(around: current, least, most, cost)
      current = cheapest(savings, limit, cost) ?? most
      restore(&current, savings, limit, cost)
      if loss(of: current) < loss(of: best) { best = current }
    }
    return best
  }

  /// What one index of each dimension saves, on average, while the others are as they are.
  private func savings(
    around current: [Int], _ least: [Int], _ most: [Int], _ cost: ([Int]) -> Double
  ) -> [Double] {
    current.indices.map { index in
      guard most[index] > least[index] else { return 0 }
      var (whole, cut) = (current, current)
      (whole[index], cut[index]) = (least[index], most[index])
      return (cost(whole) - cost(cut)) / Double(most[index] - least[index])
    }
  }

  /// The counts at the lowest price that meets the limit; nil when none does.
  private func cheapest(
    _ savings: [Double], _ limit: Double, _ cost: ([Int]) -> Double
  ) -> [Int]? {
    let scale = loss(of: counts.map { $0.last ?? 0 }) / max(savings.reduce(0, +), 1)
    var (low, high) = (0.0, max(scale, .leastNormalMagnitude) * 1e-9)
    var doublings = 0
    while cost(choice(at: high, savings)) > limit {
      doublings += 1
      guard doublings < Self.doublings else { return nil }
      (low, high) = (high, 2 * high)
    }
    for _ in 0..<Self.bisections {
      let middle = (low + high) / 2
      if cost(choice(at: middle, savings)) <= limit { high = middle } else { low = middle }
    }
    return choice(at: high, savings)
  }

  /// Of equal counts the one that removes less.
  private func choice(at price: Double, _ savings: [Double]) -> [Int] {
    counts.indices.map { index in
      var best = (count: 0, value: Double.infinity)
      for count in counts[index] {
        let value = loss(index, count) - price * savings[index] * Double(count)
        if value < best.value { best = (count, value) }
      }
      return best.count
    }
  }

  /// Takes indices back for which there is room, those first that give most for what they cost.
  private func restore(
    _ current: inout [Int], _ savings: [Double], _ limit: Double, _ cost: ([Int]) -> Double
  ) {
    while true {
      var best: (index: Int, count: Int, gain: Double)?
      for index in current.indices {
        guard let fewer = counts[index].last(where: { $0 < current[index] }) else { continue }
        let price = savings[index] * Double(current[index] - fewer)
        let gain = (loss(index, current[index]) - loss(index, fewer)) / max(price, 1e-9)
        guard gain > best?.gain ?? 0 else { continue }
        var trial = current
        trial[index] = fewer
        if cost(trial) <= limit { best = (index, fewer, gain) }
      }
      guard let best else { return }
      current[best.index] = best.count
    }
  }

  private func loss(of removed: [Int]) -> Double {
    removed.enumerated().reduce(0) { $0 + loss($1.offset, $1.element) }
  }

  private func loss(_ index: Int, _ count: Int) -> Double {
    losses[index].indices.contains(count) ? losses[index][count] : 0
  }
}
