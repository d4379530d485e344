public import ByteStorage
public import ModelGraph

/// What pruning did, tensor by tensor, and what it left alone.
public struct PruningReport: Sendable {
  /// One tensor that was pruned.
  public struct Entry: Sendable {
    /// The tensor.
    public let tensor: TensorID
    /// Its name.
    public let name: ByteString
    /// The nodes that read it as weights.
    public let readers: [WeightReader]
    /// What an element is.
    public let elementType: ElementType
    /// The dimensions.
    public let shape: Shape
    /// How many weights were zero before, negative zeros included.
    public let zerosBefore: Int
    /// How many weights were chosen to go, those that were zero included.
    public let prunedCount: Int
    /// How many weights are zero after.
    public internal(set) var zerosAfter: Int
    /// The stored axis the operators sum over; nil when it is none by itself, or unknown.
    public let axis: Int?
    /// What is remarkable.
    public let note: String?

    /// How many weights there are.
    public var elementCount: Int { shape.elementCount }
  }

  /// One tensor that was left alone.
  public struct Skipped: Sendable {
    /// The tensor.
    public let tensor: TensorID
    /// Its name.
    public let name: ByteString
    /// What an element is.
    public let elementType: ElementType
    /// The dimensions.
    public let shape: Shape
    /// Why.
    public let reason: String
  }

  /// The tensors that were pruned, in the model's order.
  public internal(set) var entries: [Entry] = []
  /// The weights and large tensors that were left alone, in the model's order.
  public internal(set) var skipped: [Skipped] = []
  /// What the user should know.
  public internal(set) var warnings: [String] = []

  /// How many weights were looked at.
  public var elementCount: Int { entries.reduce(0) { $0 + $1.elementCount } }
  /// How many of them were zero before.
  public var zerosBefore: Int { entries.reduce(0) { $0 + $1.zerosBefore } }
  /// How many of them were chosen to go.
  public var prunedCount: Int { entries.reduce(0) { $0 + $1.prunedCount } }
  /// How many of them are zero after.
  public var zerosAfter: Int { entries.reduce(0) { $0 + $1.zerosAfter } }
}
