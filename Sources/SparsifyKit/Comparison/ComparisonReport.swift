/// How two models differ.
///
/// The names of its JSON form are stable; new ones may be added.
public struct ComparisonReport: Sendable, Codable {
  /// Which report this is, and its version.
  public var schema = "sparsify/diff/1"
  /// True when structure and tensors are the same; sizes and formats do not count.
  public var isEqual: Bool
  /// The size of the first model.
  public var first: ModelSize
  /// The size of the second model.
  public var second: ModelSize
  /// What differs beside the contents of tensors.
  public var structure: StructureDifference
  /// How many tensors are the same in all.
  public var equalTensors: Int
  /// The tensors that differ.
  public var tensors: [TensorRow]
  /// What is odd about the files.
  public var warnings: [String]

  /// What a model takes.
  public struct ModelSize: Hashable, Sendable, Codable {
    /// The format of the file.
    public var format: String
    /// Bytes of all files.
    public var fileBytes: Int
    /// Nodes of all graphs.
    public var nodes: Int
    /// How many tensors there are.
    public var tensors: Int
    /// Their elements.
    public var elements: Int
    /// Bytes of their contents.
    public var tensorBytes: Int
    /// Bytes they take in a container; nil outside of one.
    public var storedBytes: Int?
  }

  /// A tensor that differs.
  public struct TensorRow: Sendable, Codable {
    /// What happened to it.
    public var kind: ChangeKind
    /// Its name, in the first model where it is in both.
    public var name: String
    /// Its name in the second model, when that is another.
    public var newName: String?
    /// The first node that uses it.
    public var layer: String
    /// What it was; nil when it was added.
    public var before: Form?
    /// What it is; nil when it was removed.
    public var after: Form?
    /// How the contents differ; nil where types or shapes do, and for strings.
    public var contents: ContentRow?
  }

  /// What a tensor is.
  public struct Form: Hashable, Sendable, Codable {
    /// The element type.
    public var elementType: String
    /// The dimensions.
    public var shape: [Int]
    /// Bytes of its contents.
    public var bytes: Int
  }

  /// How the contents of a tensor differ.
  public struct ContentRow: Hashable, Sendable, Codable {
    /// How many elements it has.
    public var elements: Int
    /// How many have other bits.
    public var changed: Int
    /// How many became zero.
    public var zeroed: Int
    /// How many were zero and are not any more.
    public var unzeroed: Int
    /// How many of the changed are, before or after, infinite or no number.
    public var notFinite: Int
    /// The largest difference of two elements; nil when it exceeds a `Double`.
    public var maxDifference: Double?
    /// The relative L2 error; nil when the first is all zeros.
    public var relativeError: Double?

    init(_ difference: TensorDifference) {
      elements = difference.elements
      changed = difference.changed
      zeroed = difference.zeroed
      unzeroed = difference.unzeroed
      notFinite = difference.notFinite
      maxDifference = difference.largest.isFinite ? difference.largest : nil
      relativeError = difference.relativeError
    }
  }

  /// The tensors that differ most, by the bytes that are concerned, at most so many.
  public func largestChanges(_ count: Int) -> [TensorRow] {
    func weight(_ row: TensorRow) -> Double {
      let bytes = Double(max(row.before?.bytes ?? 0, row.after?.bytes ?? 0))
      guard let contents = row.contents else { return bytes }
      return bytes * Double(contents.changed) / Double(max(contents.elements, 1))
    }
    let ranked = tensors.enumerated().map { (weight: weight($1), index: $0) }
      .sorted { ($1.weight, $0.index) < ($0.weight, $1.index) }
    return ranked.prefix(count).map { tensors[$0.index] }
  }
}
