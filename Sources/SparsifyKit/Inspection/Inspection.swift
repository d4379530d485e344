internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat
internal import SparseContainer
internal import StructuredPruning

/// Looks into a model file without changing it.
public struct Inspection: Sendable {
  /// The path of the model; `-` for standard input.
  public var path: String
  /// Whether to read the tensors' contents: zeros, distinct values, bounds, equal tensors.
  public var countsZeros = false
  /// Where to write the report as an HTML page, for which the contents are read; nil for nowhere.
  public var page: String?
  /// Whether an existing page may be replaced.
  public var replaces = false
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
  /// Without `countsZeros` no weight is read, so the size of the file hardly matters. External data
  /// that is missing is listed in the report; its tensors have sizes, but no statistics.
  ///
  /// - Returns: what the file consists of.
  /// - Throws: a `DiagnosticError`; no page has appeared then.
  public func run() throws -> ModelReport {
    let file = try OpenFile(input: path)
    return try FileFailure.naming(file.path) {
      let format = try ModelFormats.format(of: file)
      let loaded = try format.read(file, isVerifying: false, allowsMissingData: true)
      let output = try page.map {
        try AtomicFile(path: $0, replaces: replaces, inputs: loaded.inputs.map(\.identity))
      }
      let report = try report(on: loaded, format: format.name)
      try output?.write(Array(report.html().utf8))
      try output?.commit()
      return report
    }
  }

  private func report(on loaded: LoadedModel, format: String) throws -> ModelReport {
    let model = loaded.model
    let rows = TensorRows(model)
    var report = ModelReport(
      file: ByteString(AtomicFile.split(path).name).escaped,
      format: format, fileBytes: loaded.inputs.reduce(0) { $0 + $1.byteCount },
      structureBytes: model.document?.files.reduce(0) { $0 + $1.literal.byteCount } ?? 0,
      nodes: model.graphs.reduce(0) { $0 + $1.nodes.count },
      operatorSets: model.operatorSets.map { set in
        "\(set.domain.isEmpty ? "ai.onnx" : set.domain.escaped) \(set.version)"
      },
      parameters: rows.parameters, tensors: try rows.all(),
      history: model.history.entries.map(ModelReport.HistoryRow.init),
      operations: LayerOperations(model),
      channels: findsChannels
        ? try model.channelGroups().map(ChannelSummary.GroupRow.init) : nil,
      unusedTensors: rows.unused, missingFiles: Self.missingFiles(of: model),
      warnings: loaded.warnings.map(\.text))
    if countsZeros || page != nil { try readContents(of: model, into: &report) }
    return report
  }

  /// The files that are missing, in the order tensors name them.
  private static func missingFiles(of model: Model) -> [ModelReport.MissingFileRow] {
    var rows: [ModelReport.MissingFileRow] = []
    var places: [ByteString: Int] = [:]
    for tensor in model.tensors {
      guard let file = tensor.missingFile else { continue }
      let place = places[file] ?? rows.count
      if place == rows.count {
        places[file] = place
        rows.append(ModelReport.MissingFileRow(file: file.escaped, tensors: 0, bytes: 0))
      }
      rows[place].tensors += 1
      rows[place].bytes += tensor.contents.byteCount
    }
    return rows
  }

  private func readContents(of model: Model, into report: inout ModelReport) throws {
    var duplicates = DuplicateTensors(model)
    let hashed = duplicates.candidates
    try OrderedPipeline.run(
      count: model.tensors.count, threads: threads, workspace: {},
      produce: { index, _ in
        let tensor = model[TensorID(index)]
        let isDrawn = page != nil && tensor.shape.elementCount >= ValueHistogram.leastElements
        let wishes = ContentStatistics.Wishes(
          histogram: isDrawn, digest: hashed.contains(TensorID(index)))
        return try ContentStatistics(of: tensor, wishes)
      },
      consume: { index, statistics in
        guard let statistics else { return }
        report.tensors[index].take(statistics)
        if let digest = statistics.digest { duplicates.add(TensorID(index), digest) }
      })
    report.duplicates = duplicates.groups.map { group in
      ModelReport.DuplicateRow(
        tensors: group.map { report.tensors[$0.index].name },
        bytes: report.tensors[group[0].index].bytes)
    }
    .sorted { ($1.wastedBytes, $0.tensors[0]) < ($0.wastedBytes, $1.tensors[0]) }
  }
}

extension ModelReport.TensorRow {
  fileprivate mutating func take(_ statistics: ContentStatistics) {
    zeros = statistics.zeros
    distinct = statistics.distinct
    histogram = statistics.histogram
    guard let numbers = statistics.numbers else { return }
    notNumbers = numbers.notNumbers
    infinities = numbers.infinities
    guard numbers.minimum <= numbers.maximum else { return }
    minimum = Double(numbers.minimum)
    maximum = Double(numbers.maximum)
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
