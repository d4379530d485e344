/// What this program takes at most; a file that claims more is refused before memory is taken.
public enum Limits {
  /// One limit, for the table that `sparsify limits` prints.
  public struct Entry: Sendable {
    /// The name used in messages.
    public let name: String
    /// The largest value allowed.
    public let value: Int
    /// What is counted.
    public let meaning: String
  }

  /// Message levels in a protobuf file; about a third as many nested graphs.
  public static let messageDepth = 64
  /// Nodes of all graphs.
  public static let nodes = 5_000_000
  /// Tensors of all graphs.
  public static let tensors = 2_000_000
  /// Dimensions of a tensor.
  public static let rank = 16
  /// Bytes of a name.
  public static let nameBytes = 1 << 16
  /// Bytes of the index of a container, decoded.
  public static let indexBytes = 1 << 28
  /// Bytes of a model's structure in a container; more when its stored form is as long as that.
  public static let structureBytes = 1 << 25
  /// Elements of one chunk of a container.
  public static let chunkElements = 1 << 18
  /// Bytes of all tensors of a container, decoded.
  public static let decodedBytes = 1 << 42
  /// Further files of a container.
  public static let shards = 1 << 12
  /// Bytes that are taken from standard input.
  public static let pipedBytes = 1 << 38

  /// Bytes of one array that is read from a file of NumPy's.
  public static let arrayBytes = 1 << 33

  /// All limits, in the order they are printed.
  public static let all: [Entry] = [
    Entry(name: "message depth", value: messageDepth, meaning: "nested messages in a model file"),
    Entry(name: "nodes", value: nodes, meaning: "nodes of all graphs of a model"),
    Entry(name: "tensors", value: tensors, meaning: "tensors of all graphs of a model"),
    Entry(name: "rank", value: rank, meaning: "dimensions of a tensor"),
    Entry(name: "name bytes", value: nameBytes, meaning: "bytes of a name"),
    Entry(name: "index bytes", value: indexBytes, meaning: "decoded bytes of a container's index"),
    Entry(
      name: "structure bytes", value: structureBytes,
      meaning: "a model's structure in a container, and 64 times its stored bytes"),
    Entry(
      name: "chunk elements", value: chunkElements, meaning: "elements coded as one in a container"),
    Entry(
      name: "decoded bytes", value: decodedBytes, meaning: "bytes of all tensors of a container"),
    Entry(name: "shards", value: shards, meaning: "further files of a container"),
    Entry(name: "piped bytes", value: pipedBytes, meaning: "bytes of a model from standard input"),
    Entry(name: "array bytes", value: arrayBytes, meaning: "bytes of an array in .npy and .npz"),
  ]
}
