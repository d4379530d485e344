internal import LinearAlgebra

extension ChannelProblem {
  /// The mean products of what two channels each add to the outputs, summed over all outputs.
  ///
  /// With the inputs c and d of two channels, W the weights and A the covariance, the sum over c and d
  /// of A times W^T W, element by element. What all channels add together is the sum of all elements.
  var contributions: Matrix {
    var result = Matrix(rows: channelCount, columns: channelCount)
    for consumer in consumers {
      var scaled = consumer.problem.dense
      for (row, weight) in consumer.outputWeights.enumerated() {
        for column in 0..<scaled.columns { scaled[row, column] *= weight }
      }
      let products = Matrix.product(.transposed(scaled), .plain(consumer.problem.dense))
      let gram = consumer.problem.gram
      for first in 0..<channelCount {
        for second in 0...first {
          var sum = 0.0
          for row in consumer.columns[first] {
            for column in consumer.columns[second] {
              sum += gram[row, column] * products[row, column]
            }
          }
          result[first, second] += sum
        }
      }
    }
    result.mirrorLower()
    return result
  }
}

/// Greedy choice of the channels whose sum adds least to the outputs.
///
/// Luo, Wu and Lin, "ThiNet" (ICCV 2017), on covariances in place of samples.
public struct SubsetCriterion: CalibratedChannelCriterion {
  /// The word for it.
  public let name = "thinet"
  /// One line for the help text.
  public let summary = "channels whose sum adds least to the outputs"

  /// Makes the criterion.
  public init() {}

  /// Takes at each step the channel that makes the sum of those that are gone least.
  public func path(of problem: ChannelProblem) -> ChannelPath? {
    let products = problem.contributions
    // What a channel would add to the sum: its own square, and twice its product with those gone.
    var added = products.diagonal
    var (order, rest) = ([Int](), Array(0..<problem.channelCount))
    while let place = rest.indices.min(by: { added[rest[$0]] < added[rest[$1]] }) {
      let channel = rest.remove(at: place)
      order.append(channel)
      for other in rest { added[other] += 2 * products[channel, other] }
    }
    return problem.path(in: order)
  }
}

/// LASSO on a factor for each channel: those whose factor becomes zero first go first.
///
/// He, Zhang and Sun, "Channel pruning for accelerating very deep neural networks" (ICCV 2017), on
/// covariances in place of samples.
public struct RegressionCriterion: CalibratedChannelCriterion {
  /// The word for it.
  public let name = "lasso"
  /// One line for the help text.
  public let summary = "LASSO on a factor for each channel"

  /// Makes the criterion.
  public init() {}

  /// How many penalties are tried, from the one that leaves no channel on: down to a thousandth.
  private static let steps = 60
  private static let decay = 0.89
  private static let sweeps = 40

  /// Goes by the penalty at which a channel comes in, then by how large its factor gets.
  public func path(of problem: ChannelProblem) -> ChannelPath? {
    let products = problem.contributions
    let targets = (0..<products.rows).map { products.row($0).reduce(0, +) }
    var penalty = targets.reduce(0) { max($0, abs($1)) }
    var factors = [Double](repeating: 0, count: targets.count)
    var entries = [Int](repeating: Self.steps, count: targets.count)
    for step in 0..<Self.steps {
      penalty *= Self.decay
      descend(&factors, products, targets, penalty)
      for index in factors.indices where factors[index] != 0 {
        entries[index] = min(entries[index], step)
      }
    }
    let order = factors.indices.sorted {
      (-entries[$0], abs(factors[$0]), $0) < (-entries[$1], abs(factors[$1]), $1)
    }
    return problem.path(in: order)
  }

  /// Coordinate descent on 1/2 f^T S f - t^T f + penalty |f|.
  private func descend(
    _ factors: inout [Double], _ products: Matrix, _ targets: [Double], _ penalty: Double
  ) {
    for _ in 0..<Self.sweeps {
      var change = 0.0
      for index in factors.indices where products[index, index] > 0 {
        let own = products[index, index] * factors[index]
        let rest = zip(products.row(index), factors).reduce(targets[index] + own) {
          $0 - $1.0 * $1.1
        }
        let shrunk = max(0, abs(rest) - penalty) / products[index, index]
        let factor = rest < 0 ? -shrunk : shrunk
        change = max(change, abs(factor - factors[index]))
        factors[index] = factor
      }
      if change < 1e-6 { return }
    }
  }
}
