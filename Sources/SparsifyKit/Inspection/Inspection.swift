internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
internal import SparseContainer
internal import StructuredPruning

/// Looks into a model file without changing it.
public struct Inspection: Sendable {
  /// The path of the model; `-` for standard input.
  public var path: String
  /// Whether to read the tensors' contents and count zeros and distinct values.
  public var countsZeros = false
  /// Whether to find out which channels belong together, and which may go.
  public var findsChannels = false
  /// How many threads read.
  public var threads = 1

  /// Prepares to look into a file; nothing is read yet.
  public init(path: String) {
    self.path = path
  }

  /// Looks.
  ///
  /// Without `countsZeros` no weight is read, so the size of the file hardly matters.
  ///
  /// - Returns: what the file consists of.
  /// - Throws: a `DiagnosticError`.
  public func run() throws -> ModelReport {
    let file = try OpenFile(input: path)
    return try FileFailure.naming(file.path) {
      let format = try ModelFormats.format(of: file)
      let loaded = try format.read(file, isVerifying: false)
      return try report(on: loaded, format: format.name)
    }
  }

  private func report(on loaded: LoadedModel, format: String) throws -> ModelReport {
    let model = loaded.model
    let uses = TensorUses(model)
    var rows = try model.tensorIDs.map { id in
      try row(model[id], named: uses.name(of: id, in: model), uses.use(of: id))
    }
    if countsZeros { try count(&rows, of: model) }
    return ModelReport(
      format: format, fileBytes: loaded.inputs.reduce(0) { $0 + $1.byteCount },
      structureBytes: model.document?.files.reduce(0) { $0 + $1.literal.byteCount } ?? 0,
      nodes: model.graphs.reduce(0) { $0 + $1.nodes.count },
      operatorSets: model.operatorSets.map { set in
        "\(set.domain.isEmpty ? "ai.onnx" : set.domain.escaped) \(set.version)"
      },
      tensors: rows, history: model.history.entries.map(ModelReport.HistoryRow.init),
      operations: LayerOperations(model),
      channels: findsChannels
        ? try model.channelGroups().map(ChannelSummary.GroupRow.init) : nil,
      warnings: loaded.warnings.map(\.text))
  }

  private func row(
    _ tensor: Tensor, named name: String, _ use: TensorUses.Use?
  ) throws -> ModelReport.TensorRow {
    let stored = try (tensor.contents as? ChunkedSource)?.storedForm()
    return ModelReport.TensorRow(
      name: name,
      layer: use?.layer ?? "(unused)", operatorType: use?.operatorType ?? "(unused)",
      elementType: tensor.elementType.name, shape: tensor.shape.dimensions,
      elements: tensor.shape.elementCount,
      bytes: tensor.elementType == .string ? tensor.annotation.count : tensor.contents.byteCount,
      storedBytes: stored?.byteCount, encoding: stored?.encodings.joined(separator: "+"),
      shard: stored?.shard?.escaped, offset: stored?.offset)
  }

  private func count(_ rows: inout [ModelReport.TensorRow], of model: Model) throws {
    try OrderedPipeline.run(
      count: rows.count, threads: threads, workspace: {},
      produce: { index, _ in try ContentStatistics(of: model[TensorID(index)]) },
      consume: { index, statistics in
        rows[index].zeros = statistics?.zeros
        rows[index].distinct = statistics?.distinct
      })
  }
}

extension ModelReport.HistoryRow {
  fileprivate init(_ entry: HistoryEntry) {
    self.init(
      action: entry.action,
      settings: Dictionary(entry.settings.map { ($0.name, $0.value) }) { first, _ in first },
      weights: entry.weightCount, zerosBefore: entry.zerosBefore, zerosAfter: entry.zerosAfter)
  }
}
