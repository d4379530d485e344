/// The distance to the other filters (FPGM, He et al.
///
/// 2019): who has many neighbours is replaceable.
///
/// The paper adds up the distances to each other filter, which takes time quadratic in the filters.
/// This takes the distance to their mean instead: squared and times n, it differs from the sum of
/// squared distances to all others by a constant, so the order is that of squared distances.
public struct GeometricMedianCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "geometric-median"
  /// One line for the help text.
  public let summary = "channels that are closest to the mean of all go first"
  /// Distances need a pass of their own.
  public let measures: Set<ChannelMeasure> = [.distances]

  /// Makes the criterion.
  public init() {}

  /// The aggregated distances.
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    let distances = evidence.weights.map { $0.distances.map { $0.squareRoot() } }
    return evidence.aggregation.combine(distances).map { ChannelScores($0) }
  }
}
