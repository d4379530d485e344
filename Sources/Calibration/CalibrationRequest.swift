public import Inference
public import ModelGraph
public import Reconstruction

/// How weights are chosen by what layers read, and what is done about the rest.
public struct CalibrationRequest: Sendable {
  /// What is done to the weights that stay.
  public enum Repair: String, Sendable, CaseIterable {
    /// Nothing beyond what the method does.
    case none
    /// Each output's mean and spread are made what they were.
    case statistics
    /// They are fitted anew to what the dense network gives, so far as a Relu behind lets it through;
    /// where none follows, spreads are then made what they were, but for the network's outputs.
    case refit
  }

  /// Which layers stay as they are at the ends of the network.
  public enum Protection: String, Sendable, CaseIterable {
    /// None.
    case none
    /// The first: those that read the network's input.
    case first
    /// The last: those whose outputs go out.
    case last
    /// Both.
    case ends
  }

  /// What chooses the weights that go; nil to take those the pruning request names.
  public var method: (any ReconstructionMethod)?
  /// What is done to the others.
  public var repair = Repair.refit
  /// Which layers stay dense.
  public var protection = Protection.ends
  /// How many windows or vectors of all samples a layer's sums are made of, about.
  public var rows = 16_384
  /// What sampling follows from.
  public var seed: UInt64 = 0
  /// How much fits are drawn to the dense weights, as a share of the inputs' mean variance; nil to go
  /// by how many samples there are.
  public var damping: Double?
  /// What damping is, where it goes by the samples, for as many samples as columns.
  public var caution = 0.5
  /// The input that tells which vectors count, with a number for each; nil for none.
  public var mask: String?

  /// The caution for channels: weights that lost whole inputs are a worse guess of what is best than
  /// those of which single ones are zero.
  public static let cautionForChannels = 0.1

  /// The usual settings.
  public init() {}
}

/// The samples a network is looked at with.
public struct CalibrationFeed: Sendable {
  /// How many samples there are.
  public var sampleCount: Int
  /// How many chunks they come in.
  public var chunkCount: Int
  /// The inputs of a chunk by their names.
  public var chunk: @Sendable (Int) throws -> [String: NumericArray]

  /// Describes samples.
  public init(
    sampleCount: Int, chunkCount: Int,
    chunk: @escaping @Sendable (Int) throws -> [String: NumericArray]
  ) {
    (self.sampleCount, self.chunkCount, self.chunk) = (sampleCount, chunkCount, chunk)
  }
}

/// Something that runs parts of a model.
public protocol PartRunner {
  /// Takes a model; the one before is forgotten.
  func load(_ part: Model) throws
  /// Runs the model that was taken.
  func run(
    _ inputs: [String: NumericArray], outputs: [String]
  ) throws -> [String: NumericArray]
}
