/// What has to be read of weights.
public enum ChannelMeasure: Hashable, Sendable {
  /// Sums of |w| and of w².
  case sums
  /// Squared distances to the mean filter.
  case distances
}

/// Says how much each index of a dimension matters; those that matter least go first.
///
/// What every member owes: scores depend on nothing but the evidence; there is one for each index; a
/// higher one matters more.
public protocol ChannelCriterion: Sendable {
  /// The word for it on the command line and in recipes.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }
  /// True when the seed changes the scores.
  var usesSeed: Bool { get }
  /// What has to be read of the weights.
  var measures: Set<ChannelMeasure> { get }

  /// The score of each index; nil when nothing speaks for any of them.
  func scores(of evidence: ChannelEvidence) -> ChannelScores?
}

extension ChannelCriterion {
  /// Most criteria are not random.
  public var usesSeed: Bool { false }
  /// Most criteria look at sums.
  public var measures: Set<ChannelMeasure> { [.sums] }
}

/// The scores of the indices of one dimension.
public struct ChannelScores: Hashable, Sendable {
  /// One for each index.
  public var values: [Double]
  /// What is remarkable about how they came to be.
  public var note: String?

  /// Makes scores.
  public init(_ values: [Double], note: String? = nil) {
    self.values = values
    self.note = note
  }
}

/// What is known of the indices of one dimension.
public struct ChannelEvidence: Sendable {
  /// What one axis of one weight says; one number for each index.
  public struct Member: Sendable {
    /// The sums of |w|.
    public let magnitudes: [Double]
    /// The sums of w².
    public let squares: [Double]
    /// The squared distances to the mean filter; empty when they were not measured.
    public let distances: [Double]
  }

  /// The dimension's place among those of the model.
  public let number: Int
  /// How many indices there are.
  public let size: Int
  /// The seed of what is random.
  public let seed: UInt64
  /// The weights; a tensor that several nodes read counts once.
  public let weights: [Member]
  /// The factors of batch normalisations.
  public let scales: [Member]
  /// How the members' scores become one.
  public let aggregation: ChannelAggregation
}

/// The criteria, in the order the help text lists them.
public enum ChannelCriteria {
  /// All criteria.
  public static let all: [any ChannelCriterion] = [
    L1ChannelCriterion(), L2ChannelCriterion(), BatchNormScaleCriterion(),
    GeometricMedianCriterion(), LAMPCriterion(), RandomChannelCriterion(),
  ]

  /// Their names.
  public static var names: [String] { all.map(\.name) }

  /// The criterion of that name.
  ///
  /// - Throws: `ChannelSelectionError.unknownCriterion` when there is none.
  public static func named(
    _ name: String
  ) throws(ChannelSelectionError) -> any ChannelCriterion {
    guard let criterion = all.first(where: { $0.name == name }) else {
      throw .unknownCriterion(name)
    }
    return criterion
  }
}
