public import LinearAlgebra

/// The layers that read a set of channels: what is lost when channels go, and the layers' weights are
/// fitted anew.
public struct ChannelProblem: Sendable {
  /// One layer that reads the channels.
  public struct Consumer: Sendable {
    /// What its weights should do.
    public let problem: LayerProblem
    /// For each channel, the inputs of the layer that come from it.
    public let columns: [[Int]]
    /// What the squared error of each output is multiplied by.
    public let outputWeights: [Double]
    /// For each input the share of samples in which it is zero.
    public let zeroShares: [Double]

    /// Describes a layer; there are as many weights as outputs, and as many shares as inputs.
    public init(
      problem: LayerProblem, columns: [[Int]], outputWeights: [Double], zeroShares: [Double]
    ) {
      precondition(outputWeights.count == problem.rows && zeroShares.count == problem.columns)
      self.problem = problem
      self.columns = columns
      self.outputWeights = outputWeights
      self.zeroShares = zeroShares
    }
  }

  /// The layers that read the channels.
  public let consumers: [Consumer]
  /// How many channels there are.
  public let channelCount: Int

  /// A problem of layers that know the same channels.
  public init(_ consumers: [Consumer], channelCount: Int) {
    precondition(consumers.allSatisfy { $0.columns.count == channelCount }, "other channels")
    self.consumers = consumers
    self.channelCount = channelCount
  }
}

extension ChannelProblem.Consumer {
  /// The weights that make up best for channels that are gone, whose own are zero, and the bias that
  /// goes with them; nil when the inputs have no usable covariance.
  public func fit(without channels: some Sequence<Int>) -> (weights: Matrix, bias: [Double]?)? {
    let gone = Set(channels.flatMap { columns[$0] })
    let kept = (0..<problem.columns).filter { !gone.contains($0) }
    guard let factor = Cholesky(problem.gram.submatrix(kept)) else { return nil }
    var solution = problem.target.selecting(columns: kept)
    factor.solve(rows: &solution)
    var weights = Matrix(rows: problem.rows, columns: problem.columns)
    for row in 0..<problem.rows {
      for (place, column) in kept.enumerated() { weights[row, column] = solution[row, place] }
    }
    return (weights, problem.bias(for: weights))
  }
}

/// An order in which channels go, and what is lost on the way.
public struct ChannelPath: Sendable, Hashable {
  /// The channels, the first to go in front.
  public let order: [Int]
  /// The error when none, one, two and so on are gone: it never falls.
  public let losses: [Double]
}

extension ChannelProblem {
  /// The path that takes at each step the channel whose loss the others make up for best.
  ///
  /// Kurtic, Frantar and Alistarh, "ZipLM" (2023): structured OBS on the layers that read the channels,
  /// losses summed over these. Nil when the inputs have no usable covariance.
  public var cheapestPath: ChannelPath? {
    path { eliminations, rest in
      let losses = rest.map { channel in eliminations.reduce(0) { $0 + $1.loss(of: channel) } }
      return losses.indices.min { losses[$0] < losses[$1] }
    }
  }

  /// The path that takes channels in a given order.
  ///
  /// Nil when the inputs have no usable covariance.
  public func path(in order: [Int]) -> ChannelPath? {
    let place = Dictionary(
      order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return path { _, rest in
      rest.indices.min { place[rest[$0]] ?? .max < place[rest[$1]] ?? .max }
    }
  }

  /// Removes all channels one after the other; `next` tells the place of the one that goes.
  private func path(_ next: ([ChannelElimination], [Int]) -> Int?) -> ChannelPath? {
    var eliminations: [ChannelElimination] = []
    for consumer in consumers {
      guard let elimination = ChannelElimination(consumer) else { return nil }
      eliminations.append(elimination)
    }
    var (order, losses, rest) = ([Int](), [0.0], Array(0..<channelCount))
    while let place = next(eliminations, rest) {
      let channel = rest.remove(at: place)
      let loss = eliminations.reduce(0) { $0 + $1.loss(of: channel) }
      for index in eliminations.indices { eliminations[index].remove(channel) }
      order.append(channel)
      losses.append(losses[losses.count - 1] + max(0, loss))
    }
    return losses.allSatisfy(\.isFinite) ? ChannelPath(order: order, losses: losses) : nil
  }
}

/// The weights of one layer while channels go, the others making up for them.
///
/// Removing the inputs Q costs tr(W_Q (A^-1_QQ)^-1 W_Q^T), and turns W into
/// W - W_Q (A^-1_QQ)^-1 A^-1_Q.
struct ChannelElimination {
  private let columns: [[Int]]
  /// The weights, each row times the root of what its error counts.
  private var weights: Matrix
  private var inverse: Matrix

  /// Nil when the inputs have no usable covariance.
  init?(_ consumer: ChannelProblem.Consumer) {
    guard let inverse = Cholesky(consumer.problem.gram)?.inverse else { return nil }
    var weights = consumer.problem.best
    for (row, weight) in consumer.outputWeights.enumerated() {
      for column in 0..<weights.columns { weights[row, column] *= weight.squareRoot() }
    }
    (columns, self.weights, self.inverse) = (consumer.columns, weights, inverse)
  }

  /// What removing a channel costs now.
  func loss(of channel: Int) -> Double {
    guard let solution = solution(channel) else { return 0 }
    let part = weights.selecting(columns: columns[channel])
    return zip(solution.values, part.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Removes a channel.
  mutating func remove(_ channel: Int) {
    let gone = columns[channel]
    guard let solution = solution(channel),
      let factor = Cholesky(inverse.submatrix(gone))
    else { return }
    let side = inverse.selecting(columns: gone)
    weights.subtract(.plain(solution), times: .transposed(side))
    var solved = side
    factor.solve(rows: &solved)
    inverse.subtract(.plain(solved), times: .transposed(side))
    // Rounding leaves something behind, which is nothing.
    for column in gone {
      for row in 0..<weights.rows { weights[row, column] = 0 }
      for row in 0..<inverse.rows { (inverse[row, column], inverse[column, row]) = (0, 0) }
    }
  }

  /// W_Q (A^-1_QQ)^-1; nil for a channel without inputs, or one that others are the same as.
  private func solution(_ channel: Int) -> Matrix? {
    guard !columns[channel].isEmpty, let factor = Cholesky(inverse.submatrix(columns[channel]))
    else { return nil }
    var sides = weights.selecting(columns: columns[channel])
    factor.solve(rows: &sides)
    return sides
  }
}

extension Matrix {
  /// Some columns, in the order given.
  func selecting(columns chosen: [Int]) -> Matrix {
    var result: [Double] = []
    result.reserveCapacity(rows * chosen.count)
    for row in 0..<rows {
      let start = row * columns
      for column in chosen { result.append(values[start + column]) }
    }
    return Matrix(rows: rows, columns: chosen.count, result)
  }
}
