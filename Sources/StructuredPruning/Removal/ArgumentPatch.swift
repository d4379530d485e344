internal import ModelGraph

/// How an input that holds numbers is made to say what it must under every assignment.
enum ArgumentPatch: Equatable {
  /// These numbers.
  case literal([Int])
  /// What it says now, times and divided by these.
  case scaled(by: [Int], over: [Int])

  /// Finds a patch; nil when there is none.
  ///
  /// - Parameters:
  ///   - wanted: what it must say, by assignment.
  ///   - current: what it says now; nil where that is unknown.
  ///   - accepts: whether numbers do, by assignment.
  init?(
    wanted: [[Int]], current: [[Int]?], accepts: [@Sendable ([Int]) -> Bool]
  ) {
    guard let first = wanted.first, wanted.allSatisfy({ $0.count == first.count }) else {
      return nil
    }
    let isAccepted = { (numbers: [Int]) in accepts.allSatisfy { $0(numbers) } }
    let dynamic = first.indices.filter { index in wanted.contains { $0[index] != first[index] } }
    if dynamic.isEmpty {
      self = .literal(first)
      return
    }
    // What copies or infers the dynamic sizes needs no computation.
    var numbers = first
    for index in dynamic { numbers[index] = 0 }
    for open in [nil] + dynamic.map(Optional.some) {
      var attempt = numbers
      if let open { attempt[open] = -1 }
      if isAccepted(attempt) {
        self = .literal(attempt)
        return
      }
    }
    guard let scaled = Self.scaled(wanted: wanted, current: current) else { return nil }
    self = scaled
  }

  private static func scaled(wanted: [[Int]], current: [[Int]?]) -> ArgumentPatch? {
    let current = current.compactMap(\.self)
    guard current.count == wanted.count, let first = wanted.first, let now = current.first,
      current.allSatisfy({ $0.count == first.count })
    else { return nil }
    var (factors, divisors): ([Int], [Int]) = ([], [])
    for index in first.indices {
      let divisor = greatestCommonDivisor(first[index], now[index])
      guard divisor > 0 else { return nil }
      let (factor, over) = (first[index] / divisor, now[index] / divisor)
      let isRight = zip(wanted, current).allSatisfy { wanted, now in
        let (product, overflow) = now[index].multipliedReportingOverflow(by: factor)
        return !overflow && over > 0 && product % over == 0 && product / over == wanted[index]
      }
      guard isRight else { return nil }
      factors.append(factor)
      divisors.append(over)
    }
    return .scaled(by: factors, over: divisors)
  }

  private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (a, b) = (left.magnitude, right.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    return Int(clamping: a)
  }
}
