extension HTMLReport {
  /// The sizes of the model, before and after where both are known.
  var bars: HTML {
    let dense = [
      Part(kind: "tensors", bytes: report.tensorBytes),
      Part(kind: "structure", bytes: report.structureBytes),
    ]
    guard let stored = report.storedBytes else {
      let rest = max(report.fileBytes - report.tensorBytes, 0)
      let parts =
        report.missingFiles.isEmpty ? [dense[0], Part(kind: "structure", bytes: rest)] : dense
      return .section(
        "Size", note: "Tensors, and the structure around them: nodes, names, small constants.",
        "<div class=\"bars\">\(bar("this model", parts, of: total(of: parts)))</div>\n\(legend)")
    }
    let small = [
      Part(kind: "tensors", bytes: stored),
      Part(kind: "structure", bytes: max(report.fileBytes - stored, 0)),
    ]
    let scale = max(total(of: dense), total(of: small))
    let ratio = Double(total(of: dense)) / Double(max(report.fileBytes, 1))
    return .section(
      "Size, before and after",
      note: "The model with dense tensors, and as it is stored: \(ratio.fixed(2)) times smaller.",
      """
      <div class="bars">\(bar("dense", dense, of: scale))\(bar("stored", small, of: scale))</div>
      \(legend)
      """)
  }

  private struct Part {
    let kind: String
    let bytes: Int
  }

  private func total(of parts: [Part]) -> Int { parts.reduce(0) { $0 + $1.bytes } }

  private func bar(_ name: String, _ parts: [Part], of scale: Int) -> HTML {
    var start = 0.0
    let rectangles = parts.map { part -> HTML in
      let width = Double(part.bytes) / Double(max(scale, 1)) * 100
      defer { start += width }
      return """
        <rect class="\(part.kind)" x="\(start.fixed(3))%" width="\(width.fixed(3))%" \
        height="100%"><title>\(part.kind) \(ByteSize(part.bytes))</title></rect>
        """
    }
    let size = ByteSize(total(of: parts))
    let words = parts.map { "\($0.kind) \(ByteSize($0.bytes))" }.joined(separator: ", ")
    return """
      <span>\(name)</span>
      <svg role="img" aria-label="\(name): \(size), \(words)">\
      <rect class="track" width="100%" height="100%"/>\(rectangles)</svg>
      <span>\(size)</span>

      """
  }

  private var legend: HTML {
    func entry(_ kind: String) -> HTML {
      """
      <span><svg viewBox="0 0 16 12" aria-hidden="true">\
      <rect class="\(kind)" width="16" height="12"/></svg> \(kind)</span>
      """
    }
    return "<div class=\"legend\">\(entry("tensors"))\(entry("structure"))</div>\n"
  }
}
