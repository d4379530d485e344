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
      sparsify inspect model.spm --html report.html   a page with drawings, for any browser
      sparsify inspect model.onnx --md             Markdown for a model card
      """)

  @Argument(
    help: "The model file; - for standard input.", completion: .file(extensions: ["onnx", "spm"]))
  var model: String

  @Flag(name: .customLong("md"), help: "Print Markdown for a model card.")
  var isMarkdown = false

  @Option(help: "Add up by layer, operator, dtype or encoding.")
  var by: SizeBreakdown.Key = .layer

  @Flag(name: .customLong("sparsity"), help: "Read the weights; count zeros and distinct values.")
  var countsSparsity = false

  @Flag(name: .customLong("groups"), help: "Show the sets of channels, and why some cannot go.")
  var showsGroups = false

  @Flag(name: .customLong("all"), help: "Show every row, not only the largest.")
  var showsAll = false

  @OptionGroup var page: PageOptions
  @OptionGroup var common: CommonOptions

  private static let shownRows = 20

  func validate() throws {
    guard !(isMarkdown && common.isJSON) else {
      throw ValidationError("--md and --json do not go together")
    }
  }

  func run() throws {
    var inspection = Inspection(path: model)
    inspection.countsZeros = countsSparsity
    inspection.page = page.html
    inspection.replaces = page.isForced
    inspection.findsChannels = showsGroups
    inspection.threads = common.threads
    let report = try inspection.run()
    let breakdown = SizeBreakdown(report, by: by)
    if common.isJSON {
      return OutputStream.data.line(
        try JSONText.encode(Output(report: report, breakdown: breakdown)))
    }
    OutputStream.data.write(isMarkdown ? report.markdown() : text(of: report, breakdown))
    common.warn(report.warnings)
    common.suggest(.afterInspecting(model: model))
  }

  private struct Output: Encodable {
    var schema = "sparsify/inspect/1"
    let report: ModelReport
    let breakdown: SizeBreakdown
  }

  private func text(of report: ModelReport, _ breakdown: SizeBreakdown) -> String {
    let heading = report.heading(isVerbose: common.isVerbose)
    let body = report.channels.map { groupTable($0) } ?? table(of: breakdown)
    return heading + "\n" + body + (common.isVerbose ? "\n" + report.tensorTable : "")
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
    let hasSparsity = countsSparsity || page.html != nil
    let isStored = breakdown.rows.contains { ($0.storedBytes ?? 0) > 0 }
    var table = TextTable(
      [by.rawValue, "tensors", "elements", "bytes", "share"] + (isStored ? ["stored"] : [])
        + (isCounted ? ["macs"] : []) + (hasSparsity ? ["sparsity"] : []),
      numeric: [1, 2, 3, 4, 5, 6, 7])
    let rows = showsAll ? breakdown.rows[...] : breakdown.rows.prefix(Self.shownRows)
    for row in rows {
      table.add(
        [
          row.name, "\(row.tensors)", "\(row.elements)", "\(ByteSize(row.bytes))",
          percent(row.share),
        ] + (isStored ? [row.storedBytes.map { "\(ByteSize($0))" } ?? ""] : [])
          + (isCounted ? [row.operations.map(String.init) ?? ""] : [])
          + (hasSparsity ? [sparsity(of: row)] : []))
    }
    let hidden = breakdown.rows.count - rows.count
    return table.text + (hidden > 0 ? "and \(hidden) more (--all shows them)\n" : "")
  }

  private func sparsity(of row: SizeBreakdown.Row) -> String {
    row.zeros.map { percent(Double($0) / Double(max(row.elements, 1))) } ?? "?"
  }
}

/// A share with one decimal.
func percent(_ share: Double) -> String { (share * 100).fixed(1) + " %" }
