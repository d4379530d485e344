/// Says how much each weight matters; those that matter least go first.
///
/// A score is a 32-bit key whose order is the order of saliency. What every member owes:
/// 1. a weight that is zero (+0, -0, or an integer equal to its zero point) has key 0, and no other;
/// 2. NaN has `SaliencyKey.notANumber`, and no other: it is a defect that must stay visible;
/// 3. the key of an element depends on nothing but the chunk's tensor, seed and that element.
public protocol SaliencyCriterion: Sendable {
  /// The word for it on the command line and in recipes.
  var name: String { get }
  /// One line for the help text.
  var summary: String { get }

  /// True when the seed changes the scores.
  var usesSeed: Bool { get }

  /// Writes the key of each of the chunk's elements.
  func scores(of chunk: WeightChunk, into keys: UnsafeMutablePointer<UInt32>)

  /// The number a key stands for; numbers of several weights are added to score them together.
  func number(of key: UInt32) -> Double

  /// The least key whose number is not below a threshold; nil when numbers mean nothing by themselves.
  func key(ofThreshold threshold: Double) -> UInt32?
}

/// Keys with a meaning of their own.
public enum SaliencyKey {
  /// The key of a weight that is zero.
  public static let zero: UInt32 = 0
  /// The key of NaN, above all others.
  public static let notANumber = UInt32.max
}

/// The criteria, in the order the help text lists them.
public enum SaliencyCriteria {
  /// All criteria.
  public static let all: [any SaliencyCriterion] = [MagnitudeCriterion(), RandomCriterion()]

  /// Their names.
  public static var names: [String] { all.map(\.name) }

  /// The criterion of that name.
  ///
  /// - Throws: `PruningError.unknownCriterion` when there is none.
  public static func named(_ name: String) throws(PruningError) -> any SaliencyCriterion {
    guard let criterion = all.first(where: { $0.name == name }) else {
      throw .unknownCriterion(name)
    }
    return criterion
  }
}
