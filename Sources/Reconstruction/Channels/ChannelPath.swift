internal import LinearAlgebra

/// An order in which channels go, and what is lost on the way.
public struct ChannelPath: Sendable, Hashable {
  /// The channels, the first to go in front.
  public let order: [Int]
  /// The error when none, one, two and so on are gone: it never falls.
  public let losses: [Double]

  /// Adds up what each channel costs when its turn comes; nil unless that is finite.
  init?(_ order: [Int], costs: [Double]) {
    var losses = [0.0]
    for channel in order { losses.append(losses[losses.count - 1] + max(0, costs[channel])) }
    guard losses.allSatisfy(\.isFinite) else { return nil }
    (self.order, self.losses) = (order, losses)
  }
}

extension ChannelProblem {
  /// The path that takes at each step the channel whose loss the others make up for best.
  ///
  /// Kurtic, Frantar and Alistarh, "ZipLM" (2023): structured OBS on the layers that read the channels,
  /// losses summed over these. Nil when the inputs have no usable covariance.
  public var cheapestPath: ChannelPath? {
    var eliminations: [ChannelElimination] = []
    for consumer in consumers {
      guard let elimination = ChannelElimination(consumer) else { return nil }
      eliminations.append(elimination)
    }
    var (order, rest) = ([Int](), Array(0..<channelCount))
    var costs = [Double](repeating: 0, count: channelCount)
    while !rest.isEmpty {
      for channel in rest {
        costs[channel] = eliminations.reduce(0) { $0 + $1.loss(of: channel) }
      }
      guard let place = rest.indices.min(by: { costs[rest[$0]] < costs[rest[$1]] }) else { break }
      let channel = rest.remove(at: place)
      for index in eliminations.indices { eliminations[index].remove(channel) }
      order.append(channel)
    }
    return ChannelPath(order, costs: costs)
  }

  /// The path that takes the channels in a given order, all of them.
  ///
  /// Nil when the inputs have no usable covariance.
  public func path(in order: [Int]) -> ChannelPath? {
    var costs = [Double](repeating: 0, count: channelCount)
    for consumer in consumers {
      guard let own = consumer.costs(in: order) else { return nil }
      for channel in costs.indices { costs[channel] += own[channel] }
    }
    return ChannelPath(order, costs: costs)
  }
}

extension ChannelProblem.Consumer {
  /// What each channel costs when its turn comes; nil when the inputs have no usable covariance.
  ///
  /// With the inputs that stay longest in front and A = L L^T, the squares of a column of B L^-T are what
  /// its input explains beside those in front of it (Golub and Van Loan, "Matrix Computations", 5.3).
  fileprivate func costs(in order: [Int]) -> [Double]? {
    var isChannel = [Bool](repeating: false, count: problem.columns)
    for column in columns.joined() { isChannel[column] = true }
    let others = isChannel.indices.filter { !isChannel[$0] }
    let inputs = others + order.reversed().flatMap { columns[$0] }
    guard let factor = Cholesky(problem.gram.submatrix(inputs)) else { return nil }
    var explained = problem.target.selecting(columns: inputs)
    factor.solveLower(rows: &explained)
    var costs = [Double](repeating: 0, count: columns.count)
    var place = others.count
    for channel in order.reversed() {
      for column in place..<place + columns[channel].count {
        for (row, weight) in outputWeights.enumerated() {
          costs[channel] += weight * explained[row, column] * explained[row, column]
        }
      }
      place += columns[channel].count
    }
    return costs
  }
}
