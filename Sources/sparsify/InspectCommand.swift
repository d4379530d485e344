internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Shows where the bytes of a model are.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Shows where the bytes of a model file are.",
    discussion: """
      sparsify inspect model.onnx                  the largest layers
      sparsify inspect model.onnx --by dtype       bytes by element type
      sparsify inspect model.spm --by encoding     how the tensors are stored
      sparsify inspect model.onnx --sparsity --json   everything, zeros counted
      """)

  @Argument(help: "The model file.")
  var model: String

  @Option(help: "Add up by layer, operator, dtype or encoding.")
  var by: SizeBreakdown.Key = .layer

  @Flag(name: .customLong("sparsity"), help: "Read the weights; count zeros and distinct values.")
  var countsSparsity = false

  @Flag(name: .customLong("groups"), help: "Show the sets of channels, and why some cannot go.")
  var showsGroups = false

  @Flag(name: .customLong("all"), help: "Show every row, not only the largest.")
  var showsAll = false

  @OptionGroup var common: CommonOptions

  private static let shownRows = 20

  func run() throws {
    var inspection = Inspection(path: model)
    inspection.countsZeros = countsSparsity
    inspection.findsChannels = showsGroups
    inspection.threads = common.threads
    let report = try inspection.run()
    let breakdown = SizeBreakdown(report, by: by)
    if common.isJSON {
      return OutputStream.data.line(
        try JSONText.encode(Output(report: report, breakdown: breakdown)))
    }
    let body = report.channels.map { groupTable($0) } ?? table(of: breakdown)
    OutputStream.data.write(heading(of: report) + body)
    common.warn(report.warnings)
  }

  private struct Output: Encodable {
    let report: ModelReport
    let breakdown: SizeBreakdown
  }

  private func heading(of report: ModelReport) -> String {
    let stored = report.tensors.compactMap(\.storedBytes).reduce(0, +)
    var lines = [
      "\(report.format), \(ByteSize(report.fileBytes)), \(report.nodes) nodes, "
        + report.operatorSets.joined(separator: ", "),
      "\(report.tensors.count) tensors, \(report.elements) elements, "
        + "\(ByteSize(report.tensorBytes))" + (stored > 0 ? " stored in \(ByteSize(stored))" : ""),
    ]
    if let line = operations(of: report.operations) { lines.append(line) }
    for step in report.history {
      // A recipe has many lines; --json has them all.
      let settings = step.settings.filter { !$0.value.contains("\n") }
        .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("\(ByteString("\(step.action): \(settings.joined(separator: ", "))"))")
    }
    return lines.joined(separator: "\n") + "\n\n"
  }

  /// The multiply-accumulates, and the sizes they were counted with.
  private func operations(of operations: LayerOperations) -> String? {
    guard operations.total > 0 else { return nil }
    let sizes = operations.assumed.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
    let unknown = operations.unknown > 0 ? ", \(operations.unknown) layers unknown" : ""
    return "\(operations.total) macs"
      + (sizes.isEmpty ? "" : " with \(sizes.joined(separator: ", "))") + unknown
  }

  /// The sets of channels, those that may go first.
  private func groupTable(_ rows: [ChannelSummary.GroupRow]) -> String {
    guard !rows.isEmpty else { return "no weights were found whose channels can be followed\n" }
    var table = TextTable(["channels", "layer", "of", "removal"], numeric: [2])
    for row in rows.filter({ $0.reason == nil }) + rows.filter({ $0.reason != nil }) {
      let exactness = row.mixedBy.map { "approximate: \($0)" } ?? "exact"
      table.add([
        row.name, row.layer, "\(row.size)",
        row.reason.map { "none: \($0)" } ?? exactness + (row.isHeads ? ", heads" : ""),
      ])
    }
    return table.text
  }

  private func table(of breakdown: SizeBreakdown) -> String {
    let isCounted = breakdown.rows.contains { $0.operations != nil }
    let isStored = breakdown.rows.contains { ($0.storedBytes ?? 0) > 0 }
    var table = TextTable(
      [by.rawValue, "tensors", "elements", "bytes", "share"] + (isStored ? ["stored"] : [])
        + (isCounted ? ["macs"] : []) + (countsSparsity ? ["sparsity"] : []),
      numeric: [1, 2, 3, 4, 5, 6, 7])
    let rows = showsAll ? breakdown.rows[...] : breakdown.rows.prefix(Self.shownRows)
    for row in rows {
      table.add(
        [
          row.name, "\(row.tensors)", "\(row.elements)", "\(ByteSize(row.bytes))",
          percent(row.share),
        ] + (isStored ? [row.storedBytes.map { "\(ByteSize($0))" } ?? ""] : [])
          + (isCounted ? [row.operations.map(String.init) ?? ""] : [])
          + (countsSparsity ? [sparsity(of: row)] : []))
    }
    let hidden = breakdown.rows.count - rows.count
    return table.text + (hidden > 0 ? "and \(hidden) more (--all shows them)\n" : "")
  }

  private func sparsity(of row: SizeBreakdown.Row) -> String {
    row.zeros.map { percent(Double($0) / Double(max(row.elements, 1))) } ?? "?"
  }

  private func percent(_ share: Double) -> String { (share * 100).fixed(1) + " %" }
}
