/// The factors of batch normalisations (Network Slimming, Liu et al.
///
/// 2017).
public struct BatchNormScaleCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "batchnorm-scale"
  /// One line for the help text.
  public let summary = "channels with the smallest batch normalisation factors go first"

  /// Makes the criterion.
  public init() {}

  /// The aggregated |gamma|; the norm of weights for channels without batch normalisation.
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    if let values = evidence.aggregation.combine(evidence.scales.map(\.magnitudes)) {
      return ChannelScores(values)
    }
    var scores = L2ChannelCriterion().scores(of: evidence)
    scores?.note = "no batch normalisation scales these channels: judged by l2"
    return scores
  }
}
