extension ModelReport {
  /// The report as Markdown for a model card: the facts, the largest layers, the history.
  public func markdown() -> String {
    MarkdownReport(report: self).text
  }
}

/// A report as Markdown (CommonMark with tables); every text from the model is escaped.
struct MarkdownReport {
  private static let mostLayers = 20

  let report: ModelReport

  var text: String {
    let layers = SizeBreakdown(report, by: .layer)
    let types = SizeBreakdown(report, by: .dtype)
    let parts = [
      "## \(Self.escaped(report.file))", facts, "### Largest layers", table(of: layers),
      "### Element types", table(of: types), history,
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  private var facts: String {
    var rows = [
      ("Format", report.format), ("Operator sets", report.operatorSets.joined(separator: ", ")),
      ("File size", "\(ByteSize(report.fileBytes)) (\(report.fileBytes) bytes)"),
      ("Parameters", "\(report.parameters)"),
      ("Tensors", "\(report.tensors.count), \(ByteSize(report.tensorBytes)) dense"),
      ("Nodes", "\(report.nodes)"),
    ]
    if let stored = report.storedBytes { rows.append(("Stored in", "\(ByteSize(stored))")) }
    if report.operations.total > 0 {
      rows.append(("Multiply-accumulates", "\(report.operations.total)"))
    }
    if let sparsity = report.sparsity { rows.append(("Sparsity", sparsity.percentText)) }
    if !report.unusedTensors.isEmpty {
      rows.append(("Unused tensors", "\(report.unusedTensors.count)"))
    }
    for file in report.missingFiles {
      rows.append(("Missing data", "\(file.file), \(ByteSize(file.bytes))"))
    }
    return Self.table(["", ""], rows.map { [$0.0, $0.1] }, numeric: [])
  }

  private func table(of breakdown: SizeBreakdown) -> String {
    let isCounted = breakdown.rows.contains { $0.zeros != nil }
    let rows = breakdown.rows.prefix(Self.mostLayers).map { row in
      [row.name, "\(row.elements)", "\(ByteSize(row.bytes))", row.share.percentText]
        + (isCounted ? [row.sparsity?.percentText ?? "?"] : [])
    }
    let more = breakdown.rows.count - rows.count
    let heading =
      [breakdown.key.rawValue, "elements", "bytes", "share"] + (isCounted ? ["sparsity"] : [])
    return Self.table(heading, rows, numeric: [1, 2, 3, 4])
      + (more > 0 ? "\n\nand \(more) more" : "")
  }

  private var history: String {
    guard !report.history.isEmpty else { return "" }
    let steps = report.history.enumerated().map { number, step in
      let settings = step.settings.filter { !$0.value.contains("\n") }
        .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      return "\(number + 1). \(Self.escaped("\(step.action): \(settings.joined(separator: ", "))"))"
    }
    return "### History\n\n" + steps.joined(separator: "\n")
  }

  private static func table(_ heading: [String], _ rows: [[String]], numeric: Set<Int>) -> String {
    let rule = heading.indices.map { numeric.contains($0) ? "---:" : "---" }
    let lines = [heading, rule] + rows.map { $0.map(escaped) }
    return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }

  /// The text with a backslash before whatever Markdown or HTML could take for more than text.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if "\\`*_{}[]<>#!|&~".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
