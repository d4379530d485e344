/// Layer-adaptive magnitude (LAMP, Lee et al.
///
/// 2021): a channel's squared norm, divided by the sum of the squared norms that are not smaller.
///
/// The scores of different dimensions are comparable as they are; the strongest channel of each has
/// the score 1.
public struct LAMPCriterion: ChannelCriterion {
  /// The word for it.
  public let name = "lamp"
  /// One line for the help text.
  public let summary = "channels with the smallest share of what stays of their layer go first"

  /// Makes the criterion.
  public init() {}

  /// The shares of the aggregated sums of w².
  public func scores(of evidence: ChannelEvidence) -> ChannelScores? {
    evidence.aggregation.combine(evidence.weights.map(\.squares)).map {
      ChannelScores(Self.shares($0))
    }
  }

  private static func shares(_ squares: [Double]) -> [Double] {
    // From the largest down; of equal ones the later stays longer.
    let order = squares.indices.sorted {
      let (left, right) = (squares[$0].rank, squares[$1].rank)
      return left == right ? $0 > $1 : left > right
    }
    var shares = squares
    var sum = 0.0
    for index in order where squares[index].isFinite {
      sum += squares[index]
      shares[index] = sum > 0 ? squares[index] / sum : 0
    }
    return shares
  }
}
