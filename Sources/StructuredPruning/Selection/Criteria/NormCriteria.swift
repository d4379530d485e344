/// The sum of absolute values (Li et al.
///
/// 2017).
public struct L1ChannelCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "l1"
  /// One line for the help text.
  public let summary = "channels with the smallest sum of absolute weights go first"

  /// Makes the criterion.
  public init() {}

  /// The aggregated sums of |w|.
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    evidence.aggregation.combine(evidence.weights.map(\.magnitudes)).map { ChannelScores($0) }
  }
}

/// The Euclidean norm.
public struct L2ChannelCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "l2"
  /// One line for the help text.
  public let summary = "channels with the smallest Euclidean norm of weights go first"

  /// Makes the criterion.
  public init() {}

  /// The aggregated roots of the sums of w².
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    let norms = evidence.weights.map { $0.squares.map { $0.squareRoot() } }
    return evidence.aggregation.combine(norms).map { ChannelScores($0) }
  }
}
