internal import LinearAlgebra

/// Says by what layers read in which order channels go.
///
/// What every member owes: the path depends on nothing but the problem, and has every channel once.
public protocol CalibratedChannelCriterion: Sendable {
  /// The word for it on the command line and in recipes.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }

  /// The order, and what is lost on the way; nil when the inputs have no usable covariance.
  func path(of problem: ChannelProblem) -> ChannelPath?
}

/// The criteria that need samples, in the order the help text lists them.
public enum CalibratedChannelCriteria {
  /// Every criterion; a new one is a new line here.
  public static let all: [any CalibratedChannelCriterion] = [
    EliminationCriterion(), SubsetCriterion(), RegressionCriterion(), FluctuationCriterion(),
    EnergyCriterion(), ZeroShareCriterion(),
  ]

  /// Their names.
  public static var names: [String] { all.map(\.name) }
}

/// One that gives each channel a number, whatever becomes of the others.
protocol ChannelScore: CalibratedChannelCriterion {
  /// The number of each channel; the lower go first.
  func scores(of problem: ChannelProblem) -> [Double]
}

extension ChannelScore {
  /// Channels by their numbers, the earlier of equal ones first.
  public func path(of problem: ChannelProblem) -> ChannelPath? {
    let scores = scores(of: problem)
    return problem.path(in: scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) })
  }
}

extension ChannelProblem {
  /// For each channel the sum over the inputs it is, in all layers.
  func sums(_ value: (Consumer, _ column: Int) -> Double) -> [Double] {
    (0..<channelCount).map { channel in
      consumers.reduce(0) { total, consumer in
        consumer.columns[channel].reduce(total) { $0 + value(consumer, $1) }
      }
    }
  }
}

/// Structured OBS: one channel at a time, the others making up for it.
public struct EliminationCriterion: CalibratedChannelCriterion {
  /// The word for it.
  public let name = "obs"
  /// One line for the help text.
  public let summary = "one channel at a time, the others making up for it"

  /// Makes the criterion.
  public init() {}

  /// Goes the cheapest way.
  public func path(of problem: ChannelProblem) -> ChannelPath? { problem.cheapestPath }
}

/// The variance of inputs times the squares of the weights that read them.
///
/// An et al., "Fluctuation-based adaptive structured pruning" (FLAP, AAAI 2024).
public struct FluctuationCriterion: ChannelScore {
  /// The word for it.
  public let name = "flap"
  /// One line for the help text.
  public let summary = "variance of a channel times the squares of its weights"

  /// Makes the criterion.
  public init() {}

  func scores(of problem: ChannelProblem) -> [Double] {
    let norms = problem.consumers.map { consumer in
      (0..<consumer.problem.columns).map { column in
        consumer.outputWeights.enumerated().reduce(0.0) { sum, row in
          let weight = consumer.problem.dense[row.offset, column]
          return sum + row.element * weight * weight
        }
      }
    }
    return (0..<problem.channelCount).map { channel in
      zip(problem.consumers, norms).reduce(0) { total, consumer in
        consumer.0.columns[channel].reduce(total) {
          $0 + consumer.0.problem.gram[$1, $1] * consumer.1[$1]
        }
      }
    }
  }
}

/// How large a channel is.
public struct EnergyCriterion: ChannelScore {
  /// The word for it.
  public let name = "activation"
  /// One line for the help text.
  public let summary = "mean square of a channel"

  /// Makes the criterion.
  public init() {}

  func scores(of problem: ChannelProblem) -> [Double] {
    problem.sums { consumer, column in
      consumer.problem.inputNorms[column] * consumer.problem.inputNorms[column]
    }
  }
}

/// How often a channel is not zero.
///
/// Hu et al., "Network trimming" (2016): those with the most zeros go first.
public struct ZeroShareCriterion: ChannelScore {
  /// The word for it.
  public let name = "apoz"
  /// One line for the help text.
  public let summary = "share of zeros of a channel"

  /// Makes the criterion.
  public init() {}

  func scores(of problem: ChannelProblem) -> [Double] {
    problem.sums { consumer, column in 1 - consumer.zeroShares[column] }
  }
}
