/// What a model file consists of.
///
/// The names of its JSON form are stable; new ones may be added.
public struct ModelReport: Sendable, Codable {
  /// Which report this is, and its version.
  public var schema = "sparsify/inspect/1"
  /// The name of the file, without its folder.
  public var file: String
  /// The format of the file.
  public var format: String
  /// Bytes of all files of the model.
  public var fileBytes: Int
  /// Bytes of everything but tensors that stand apart: nodes, names, small constants.
  public var structureBytes: Int
  /// Nodes of all graphs.
  public var nodes: Int
  /// The operator sets, such as `ai.onnx 18`.
  public var operatorSets: [String]
  /// Elements of the tensors that are weights rather than shapes and indices: those the model uses,
  /// but for 64-bit integers, booleans and strings.
  public var parameters: Int
  /// Every tensor, in the order of the file.
  public var tensors: [TensorRow]
  /// What was done to the model, oldest first.
  public var history: [HistoryRow]
  /// How often the layers multiply and add.
  public var operations: LayerOperations
  /// The sets of channels and why they may or may not go; only when asked for.
  public var channels: [ChannelSummary.GroupRow]?
  /// The tensors that no output depends on, by name, in the order of the file.
  public var unusedTensors: [String]
  /// Tensors with the same elements, those that waste most first; only when the contents were asked for.
  public var duplicates: [DuplicateRow]?
  /// The data files that are missing; what stands in them is not counted.
  public var missingFiles: [MissingFileRow]
  /// What is odd about the file.
  public var warnings: [String]

  /// One tensor.
  public struct TensorRow: Sendable, Codable {
    /// The name; that of the constant's value when the tensor itself has none.
    public var name: String
    /// The first node that uses it.
    public var layer: String
    /// The operator of that node.
    public var operatorType: String
    /// The element type.
    public var elementType: String
    /// The dimensions.
    public var shape: [Int]
    /// How many elements it has.
    public var elements: Int
    /// Bytes of its contents.
    public var bytes: Int
    /// Elements that are zero; only when the contents were asked for.
    public var zeros: Int?
    /// Different elements, at most `ContentStatistics.mostDistinct`; only when asked for.
    public var distinct: Int?
    /// The least finite number, rounded as a `Float`; only when asked for.
    public var minimum: Double?
    /// The largest finite number, rounded as a `Float`; only when asked for.
    public var maximum: Double?
    /// Elements that are NaN; only when asked for.
    public var notNumbers: Int?
    /// Elements that are infinite; only when asked for.
    public var infinities: Int?
    /// How the numbers are spread; only when asked for, and not of a few elements.
    public var histogram: ValueHistogram?
    /// Bytes it takes in the container; nil outside of one, and for those that stand in the structure.
    public var storedBytes: Int?
    /// How it is encoded in the container.
    public var encoding: String?
    /// The name of the file that holds it, when the container has shards and it is one of them.
    public var shard: String?
    /// Where the bytes begin in that file, when they stand there as they are.
    public var offset: Int?
  }

  /// Tensors of one element type and shape with the same elements.
  public struct DuplicateRow: Sendable, Codable {
    /// Their names, in the order of the file.
    public var tensors: [String]
    /// Bytes of each.
    public var bytes: Int

    /// Bytes that all but one of them take.
    public var wastedBytes: Int { bytes * (tensors.count - 1) }
  }

  /// A data file that is not there.
  public struct MissingFileRow: Sendable, Codable {
    /// Its path beside the model.
    public var file: String
    /// How many tensors stand in it.
    public var tensors: Int
    /// Their bytes.
    public var bytes: Int
  }

  /// One step of the history.
  public struct HistoryRow: Sendable, Codable {
    /// What was done.
    public var action: String
    /// How.
    public var settings: [String: String]
    /// Weights looked at.
    public var weights: Int
    /// Zeros among them before.
    public var zerosBefore: Int
    /// Zeros among them after.
    public var zerosAfter: Int
  }

  /// Bytes of all tensors.
  public var tensorBytes: Int { tensors.reduce(0) { $0 + $1.bytes } }
  /// Elements of all tensors.
  public var elements: Int { tensors.reduce(0) { $0 + $1.elements } }
}
