internal import ByteStorage

extension VerificationPage {
  /// How far the outputs of both are the same.
  var outputs: HTML {
    guard let runs = report.runs else {
      return .section("Outputs", note: "The models were not run.", .nothing)
    }
    let kind = runs.seed.map { "random samples (seed \($0))" } ?? "samples"
    let hasOdd = runs.outputs.contains { $0.notFinite > 0 }
    let numbers =
      ["Elements", "Largest error", "Relative error", "Cosine", "Top-1 the same"]
      + (hasOdd ? ["No longer finite"] : [])
    let rows = runs.outputs.prefix(Self.mostRows).map { output -> HTML in
      let shapes: HTML = output.unequalShapes.map { "<small>not compared: \($0)</small>" } ?? ""
      let isCompared = output.unequalShapes == nil
      return """
        <tr>\(ReportTable.name(output.name.shown, note: shapes))\
        \(ReportTable.number(output.elements, output.elements.grouped))\
        \(ReportTable.number(output.maxError, isCompared ? output.maxError.shortText : ""))\
        \(ReportTable.number(output.relativeError, output.relativeError?.shortText ?? ""))\
        \(ReportTable.number(output.cosine, isCompared ? output.cosine.fixed(6) : ""))\
        \(ReportTable.number(output.top1Agreement, output.top1Agreement?.percentText ?? ""))\
        \(hasOdd ? ReportTable.number(output.notFinite, output.notFinite.grouped) : "")</tr>

        """
    }
    return .section(
      "Outputs",
      note:
        "\(runs.samples.grouped) \(kind) in ONNX Runtime \(runs.runtime). The relative error is "
        + "the norm of the difference over that of the original.",
      ReportTable(
        caption: "Outputs of both models",
        headings: [ReportTable.nameHeading("Output")] + numbers.map(ReportTable.numberHeading),
        rows: rows, foot: rest(runs.outputs.count, columns: numbers.count + 1)
      ).html)
  }

  /// What both take and give.
  var signature: HTML {
    let found = report.signature
    let values = found.inputs.map { ("input", $0) } + found.outputs.map { ("output", $0) }
    let rows = values.prefix(Self.mostRows).map { kind, value -> HTML in
      """
      <tr>\(ReportTable.name(value.name))<td>\(kind)</td><td>\(value.original ?? "missing")</td>\
      <td>\(value.result ?? "missing")</td>\
      <td>\(value.isSame ? "✓ the same" : "✗ different")</td></tr>

      """
    }
    return .section(
      "Inputs and outputs",
      note: found.isSame
        ? "Both models take and give the same." : "The models do not take and give the same.",
      ReportTable(
        caption: "Inputs and outputs",
        headings: [ReportTable.nameHeading("Name")]
          + ["Kind", "Original", "Result", "Comparison"].map(ReportTable.wordHeading),
        rows: rows, foot: rest(values.count, columns: 5)
      ).html)
  }

  /// How far the tensors are the same.
  var tensors: HTML {
    let found = report.tensors
    let lists = [
      ("Of another type or shape", found.reshaped), ("In the original alone", found.removed),
      ("In the result alone", found.added),
    ].filter { !$0.1.isEmpty }.map { title, names -> HTML in
      "<h3>\(title): \(names.count.grouped)</h3>\n\(.list(names) { "<code>\($0)</code>" })"
    }
    return .section(
      "Tensors",
      note: "\(found.equal.grouped) of \(found.compared.grouped) that have the same type and shape "
        + "in both are the same, bit for bit.",
      "\(changedTensors)\(lists)")
  }

  private var changedTensors: HTML {
    let changed = report.tensors.changed
    guard !changed.isEmpty else { return .nothing }
    let rows = changed.prefix(Self.mostRows).map { row -> HTML in
      """
      <tr>\(ReportTable.name(row.name))\(ReportTable.number(row.elements, row.elements.grouped))\
      \(ReportTable.number(row.changed, row.changed.grouped))\
      \(ReportTable.number(row.zeroed, row.zeroed.grouped))\
      \(ReportTable.number(row.relativeError, row.relativeError?.shortText ?? ""))\
      <td>\(Self.shares(of: row))</td></tr>

      """
    }
    return ReportTable(
      caption: "Tensors that changed",
      headings: [ReportTable.nameHeading("Changed tensor")]
        + ["Elements", "Changed", "Now zero", "Relative error"].map(ReportTable.numberHeading)
        + [ReportTable.drawingHeading("Shares")], rows: rows,
      foot: rest(changed.count, columns: 6)
    ).html + Self.legend
  }

  /// The shares of a tensor that are zero now, and that changed otherwise.
  private static func shares(of row: TensorAgreement.Row) -> HTML {
    let count = Double(max(row.elements, 1))
    let zeroed = Double(row.zeroed) / count
    let other = Double(row.changed - row.zeroed) / count
    let text = "\(zeroed.percentText) now zero, \(other.percentText) changed otherwise"
    return """
      <svg class="shares" role="img" aria-label="\(text)"><title>\(text)</title>\
      <rect class="track" width="100%" height="100%"/>\
      <rect class="zeroed" width="\((zeroed * 100).fixed(3))%" height="100%"/>\
      <rect class="changed" x="\((zeroed * 100).fixed(3))%" width="\((other * 100).fixed(3))%" \
      height="100%"/></svg>
      """
  }

  private static var legend: HTML {
    let entries = [
      ("zeroed", "now zero"), ("changed", "changed otherwise"), ("track", "as it was"),
    ].map { kind, text -> HTML in
      """
      <span><svg viewBox="0 0 16 12" aria-hidden="true">\
      <rect class="\(kind)" width="16" height="12"/></svg> \(text)</span>
      """
    }
    return "<div class=\"legend\">\(entries)</div>\n"
  }

  /// The row that tells of those that have none.
  private func rest(_ count: Int, columns: Int) -> HTML? {
    guard count > Self.mostRows else { return nil }
    return """
      <tr><td colspan="\(columns)">and \((count - Self.mostRows).grouped) more, which --json \
      shows</td></tr>
      """
  }
}

extension String {
  /// A name from a model, as it is safe to show.
  var shown: String { ByteString(self).escaped }
}
