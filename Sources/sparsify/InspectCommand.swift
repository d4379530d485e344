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

  @Flag(name: .customLong("all"), help: "Show every row, not only the largest.")
  var showsAll = false

  @OptionGroup var common: CommonOptions

  private static let shownRows = 20

  func run() throws {
    var inspection = Inspection(path: model)
    inspection.countsZeros = countsSparsity
    inspection.threads = common.threads
    let report = try inspection.run()
    let breakdown = SizeBreakdown(report, by: by)
    if common.isJSON {
      return OutputStream.data.line(
        try JSONText.encode(Output(report: report, breakdown: breakdown)))
    }
    OutputStream.data.write(heading(of: report) + table(of: breakdown))
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
    for step in report.history {
      let settings = step.settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("\(ByteString("\(step.action): \(settings.joined(separator: ", "))"))")
    }
    return lines.joined(separator: "\n") + "\n\n"
  }

  private func table(of breakdown: SizeBreakdown) -> String {
    let isStored = breakdown.rows.contains { ($0.storedBytes ?? 0) > 0 }
    var table = TextTable(
      [by.rawValue, "tensors", "elements", "bytes", "share"] + (isStored ? ["stored"] : [])
        + (countsSparsity ? ["sparsity"] : []), numeric: [1, 2, 3, 4, 5, 6])
    let rows = showsAll ? breakdown.rows[...] : breakdown.rows.prefix(Self.shownRows)
    for row in rows {
      table.add(
        [
          row.name, "\(row.tensors)", "\(row.elements)", "\(ByteSize(row.bytes))",
          percent(row.share),
        ] + (isStored ? [row.storedBytes.map { "\(ByteSize($0))" } ?? ""] : [])
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
