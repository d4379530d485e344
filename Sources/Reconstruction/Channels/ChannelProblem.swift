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
