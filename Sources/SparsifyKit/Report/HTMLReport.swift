extension ModelReport {
  /// The report as one HTML page that needs nothing but a browser: no network, no other file.
  ///
  /// What was not asked for, such as zeros, is left out. Every text from the model is escaped, and
  /// the page's policy forbids the browser all but the page's own style and script.
  public func html() -> String {
    HTMLReport(self).html.source
  }
}

/// A page about a model.
struct HTMLReport {
  let report: ModelReport
  let layers: SizeBreakdown

  init(_ report: ModelReport) {
    self.report = report
    layers = SizeBreakdown(report, by: .layer)
  }

  var html: HTML {
    ReportPage(
      title: report.file, heading: heading, sections: sections,
      footer: "Made by sparsify inspect --html. Sizes are decimal: a kB has 1000 bytes."
    ).html
  }

  private var sections: [HTML] {
    [
      missing, .warnings(report.warnings, note: "What is odd about the file."), bars, treemap,
      layerTable, breakdown(.dtype, "Element types"),
      report.storedBytes == nil ? .nothing : breakdown(.encoding, "Encodings"), history,
      duplicates, unused,
    ]
  }

  private var heading: HTML {
    """
    <h1>\(report.file)</h1>
    <p class="soft">\(report.format), \(report.operatorSets.joined(separator: ", "))</p>
    <dl class="facts">\(facts)</dl>
    \(assumptions)
    """
  }

  /// What the multiply-accumulates were counted with.
  private var assumptions: HTML {
    let sizes = report.operations.assumed.sorted { $0.key < $1.key }
      .map { "\($0.key) = \($0.value)" }
    guard report.operations.total > 0, !sizes.isEmpty else { return .nothing }
    return """
      <p class="note assumed">Multiply-accumulates are counted with \
      \(sizes.joined(separator: ", ")).</p>
      """
  }

  private var facts: [HTML] {
    var facts: [HTML] = [
      .fact("File size", "\(ByteSize(report.fileBytes))", "\(report.fileBytes.grouped) bytes"),
      .fact("Parameters", report.parameters.countText, report.parameters.grouped),
      .fact(
        "Tensors", "\(ByteSize(report.tensorBytes))",
        "\(report.tensors.count.grouped) tensors, dense"),
      .fact("Nodes", report.nodes.grouped, "\(layers.rows.count.grouped) layers with tensors"),
    ]
    if report.operations.total > 0 {
      let unknown = report.operations.unknown
      facts.append(
        .fact(
          "Multiply-accumulates", report.operations.total.countText,
          unknown > 0 ? "\(unknown.grouped) layers unknown" : "for one input"))
    }
    if let sparsity = report.sparsity {
      facts.append(.fact("Sparsity", sparsity.percentText, "of all elements are zero"))
    }
    return facts
  }

  private var treemap: HTML {
    guard report.tensorBytes > 0 else { return .nothing }
    return .section(
      "Where the bytes are",
      note: "One rectangle a tensor, grouped by layer: the area is its dense size in bytes, and "
        + "the colour fades as its zeros grow.",
      TreemapChart(report).html)
  }
}
