internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// What a conversion did.
///
/// The names of its JSON form are stable; new ones may be added.
public struct ConversionReport: Sendable, Codable {
  /// Which report this is, and its version.
  public var schema = "sparsify/convert/1"
  /// The format that was read.
  public var inputFormat: String
  /// The format that was written.
  public var outputFormat: String
  /// Bytes of all files that were read.
  public var inputBytes: Int
  /// Bytes of all files that were written, or would have been.
  public var outputBytes: Int
  /// True when nothing was written.
  public var isDryRun: Bool
  /// The SHA-256 of the recipe's normal form; nil for a recipe without steps.
  public var recipe: String?
  /// Which residual blocks went; nil when none were asked for.
  public var layers: LayerSummary?
  /// Which channels went; nil when none were asked for.
  public var channels: ChannelSummary?
  /// What pruning did; nil when none was asked for.
  public var pruning: PruningSummary?
  /// What calibration did; nil when none was asked for.
  public var calibration: CalibrationSummary?
  /// How the share that went was found; nil when it was given.
  public var search: SearchSummary?
  /// What is odd about the model, and what could not be done.
  public var warnings: [String]
}

/// What pruning did to each tensor, and why others were left alone.
public struct PruningSummary: Sendable, Codable {
  /// One tensor that was pruned.
  public struct TensorRow: Sendable, Codable {
    /// The name.
    public var name: String
    /// The nodes that read it as weights.
    public var layers: [String]
    /// Their operators.
    public var operatorTypes: [String]
    /// What an element is.
    public var elementType: String
    /// The dimensions.
    public var shape: [Int]
    /// How many weights there are.
    public var elements: Int
    /// How many were zero before.
    public var zerosBefore: Int
    /// How many were chosen to go, those that were zero among them.
    public var pruned: Int
    /// How many are zero after.
    public var zerosAfter: Int
    /// The stored axis that the operators sum over, when it is one.
    public var axis: Int?
    /// What is remarkable.
    public var note: String?
  }

  /// One tensor that was left alone.
  public struct SkippedRow: Sendable, Codable {
    /// The name.
    public var name: String
    /// How many elements it has.
    public var elements: Int
    /// Why.
    public var reason: String
  }

  /// How many weights were looked at.
  public var weights: Int
  /// How many of them were zero before.
  public var zerosBefore: Int
  /// How many were chosen to go.
  public var pruned: Int
  /// How many are zero after.
  public var zerosAfter: Int
  /// The tensors that were pruned.
  public var tensors: [TensorRow]
  /// The tensors that were left alone.
  public var skipped: [SkippedRow]

  /// Tensors without a name, as in many constants, are called by the value they are.
  init(_ report: PruningReport, of model: Model) {
    let uses = TensorUses(model)
    func name(_ tensor: TensorID, _ own: ByteString) -> String {
      (own.isEmpty ? uses.use(of: tensor)?.value ?? "" : own).escaped
    }
    weights = report.elementCount
    zerosBefore = report.zerosBefore
    pruned = report.prunedCount
    zerosAfter = report.zerosAfter
    tensors = report.entries.map { TensorRow($0, name: name($0.tensor, $0.name)) }
    skipped = report.skipped.map {
      SkippedRow(
        name: name($0.tensor, $0.name), elements: $0.shape.elementCount, reason: $0.reason)
    }
  }
}

extension PruningSummary {
  /// What this step and those before it did together: a tensor that was pruned again has one row.
  func following(_ first: PruningSummary?) -> PruningSummary {
    guard let first else { return self }
    var result = self
    var places = Dictionary(grouping: first.tensors.indices.reversed()) { first.tensors[$0].name }
    var again: Set<Int> = []
    for index in result.tensors.indices {
      guard let place = places[result.tensors[index].name]?.popLast() else { continue }
      result.tensors[index].zerosBefore = first.tensors[place].zerosBefore
      again.insert(place)
    }
    let others = first.tensors.indices.filter { !again.contains($0) }
    result.tensors = others.map { first.tensors[$0] } + result.tensors
    let done = Set(result.tensors.map(\.name))
    result.skipped.removeAll { done.contains($0.name) }
    result.weights = result.tensors.reduce(0) { $0 + $1.elements }
    result.zerosBefore = result.tensors.reduce(0) { $0 + $1.zerosBefore }
    result.pruned = result.tensors.reduce(0) { $0 + $1.pruned }
    result.zerosAfter = result.tensors.reduce(0) { $0 + $1.zerosAfter }
    return result
  }
}

extension PruningSummary.TensorRow {
  fileprivate init(_ entry: PruningReport.Entry, name: String) {
    self.init(
      name: name, layers: entry.readers.map(\.name.escaped),
      operatorTypes: entry.readers.map(\.operatorType.escaped),
      elementType: entry.elementType.name, shape: entry.shape.dimensions,
      elements: entry.elementCount, zerosBefore: entry.zerosBefore, pruned: entry.prunedCount,
      zerosAfter: entry.zerosAfter, axis: entry.axis, note: entry.note)
  }
}
