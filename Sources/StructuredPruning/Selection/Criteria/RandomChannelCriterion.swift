internal import Pruning

/// A number drawn for each channel: the baseline that every other criterion has to beat.
public struct RandomChannelCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "random"
  /// One line for the help text.
  public let summary = "channels go in a random order given by the seed"
  /// The seed changes everything.
  public let usesSeed = true
  /// Nothing has to be read.
  public let measures: Set<ChannelMeasure> = []

  /// Makes the criterion.
  public init() {}

  /// Numbers between 0 and 1 made of the seed, the dimension's number and the index.
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    let stream = RandomCriterion.mix(
      evidence.seed &+ RandomCriterion.mix(UInt64(evidence.number) &+ 1))
    return ChannelScores(
      (0..<evidence.size).map { index in
        let drawn = RandomCriterion.mix(stream &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        return Double(drawn >> 11) * 0x1p-53
      })
  }
}
