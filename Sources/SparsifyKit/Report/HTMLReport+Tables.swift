extension HTMLReport {
  /// Layers beyond these, the smallest ones, are one row.
  static let mostRows = 400

  /// The layers with all that is known of them.
  var layerTable: HTML {
    guard !layers.rows.isEmpty else { return .nothing }
    let main = mainTensors
    let operators = Dictionary(report.tensors.map { ($0.layer, $0.operatorType) }) { first, _ in
      first
    }
    let columns = BreakdownColumns(layers, hasHistograms: !main.isEmpty, hasOperators: true)
    let rows = layers.rows.prefix(Self.mostRows).map { row in
      columns.row(row, operator: operators[row.name] ?? "", main: main[row.name])
    }
    let note =
      "Largest first; a click on a heading sorts."
      + (main.isEmpty
        ? "" : " Histograms are of the layer's largest tensor, zeros and outliers left out.")
    return .section(
      "Layers", note: note,
      columns.table(caption: "Layers by size", rows: rows, foot: rest(columns)))
  }

  /// The tensors added up by something else.
  func breakdown(_ key: SizeBreakdown.Key, _ title: String) -> HTML {
    let breakdown = SizeBreakdown(report, by: key)
    guard !breakdown.rows.isEmpty else { return .nothing }
    let columns = BreakdownColumns(breakdown, hasHistograms: false, hasOperators: false)
    let rows = breakdown.rows.prefix(Self.mostRows).map {
      columns.row($0, operator: "", main: nil)
    }
    return .section(
      title, note: "What the tensors have in common, by size.",
      columns.table(caption: title, rows: rows, foot: nil))
  }

  /// The largest tensor of each layer whose numbers are drawn.
  private var mainTensors: [String: ModelReport.TensorRow] {
    var main: [String: ModelReport.TensorRow] = [:]
    for tensor in report.tensors where tensor.histogram != nil {
      if tensor.elements > main[tensor.layer]?.elements ?? 0 { main[tensor.layer] = tensor }
    }
    return main
  }

  /// The layers that have no row of their own.
  private func rest(_ columns: BreakdownColumns) -> HTML? {
    let hidden = layers.rows.dropFirst(Self.mostRows)
    guard !hidden.isEmpty else { return nil }
    var sum = SizeBreakdown.Row(name: "\(hidden.count) others")
    sum.zeros = hidden.reduce(Optional(0)) { total, row in
      row.zeros.flatMap { zeros in total.map { $0 + zeros } }
    }
    for row in hidden {
      sum.tensors += row.tensors
      sum.elements += row.elements
      sum.bytes += row.bytes
      sum.share += row.share
      sum.storedBytes = (sum.storedBytes ?? 0) + (row.storedBytes ?? 0)
      if let operations = row.operations { sum.operations = (sum.operations ?? 0) + operations }
    }
    return columns.row(sum, operator: "", main: nil)
  }
}

/// The columns of a table of a breakdown, and its rows.
struct BreakdownColumns {
  private let key: SizeBreakdown.Key
  private let isStored: Bool
  private let isCounted: Bool
  private let hasSparsity: Bool
  private let hasHistograms: Bool
  private let hasOperators: Bool

  init(_ breakdown: SizeBreakdown, hasHistograms: Bool, hasOperators: Bool) {
    key = breakdown.key
    isStored = breakdown.rows.contains { ($0.storedBytes ?? 0) > 0 }
    isCounted = breakdown.rows.contains { $0.operations != nil }
    hasSparsity = breakdown.rows.contains { $0.zeros != nil }
    self.hasHistograms = hasHistograms
    self.hasOperators = hasOperators
  }

  /// The table with these rows.
  func table(caption: String, rows: [HTML], foot: HTML?) -> HTML {
    ReportTable(caption: caption, headings: headings, rows: rows, foot: foot).html
  }

  func row(
    _ row: SizeBreakdown.Row, operator type: String, main: ModelReport.TensorRow?
  ) -> HTML {
    var cells: [HTML] = [ReportTable.name(row.name)]
    if hasOperators { cells.append("<td>\(type)</td>") }
    cells.append(ReportTable.number(row.tensors, row.tensors.grouped))
    cells.append(ReportTable.number(row.elements, row.elements.grouped))
    cells.append(ReportTable.number(row.bytes, "\(ByteSize(row.bytes))"))
    cells.append(ReportTable.number(row.share, row.share.percentText))
    if isStored {
      let stored = row.storedBytes ?? 0
      cells.append(ReportTable.number(stored, stored > 0 ? "\(ByteSize(stored))" : ""))
    }
    if isCounted {
      cells.append(ReportTable.number(row.operations, row.operations?.countText ?? ""))
    }
    if hasSparsity {
      cells.append(ReportTable.number(row.sparsity, row.sparsity?.percentText ?? "?"))
    }
    if hasHistograms { cells.append(Self.weights(of: main)) }
    return "<tr>\(cells)</tr>\n"
  }

  private var headings: [HTML] {
    var cells = [ReportTable.nameHeading(key.title)]
    if hasOperators { cells.append(ReportTable.wordHeading("Operator")) }
    let numbers =
      ["Tensors", "Elements", "Bytes", "Share"] + (isStored ? ["Stored"] : [])
      + (isCounted ? ["MACs"] : []) + (hasSparsity ? ["Sparsity"] : [])
    cells += numbers.map(ReportTable.numberHeading)
    if hasHistograms { cells.append(ReportTable.drawingHeading("Weights")) }
    return cells
  }

  /// The histogram, and what does not belong into one.
  private static func weights(of tensor: ModelReport.TensorRow?) -> HTML {
    guard let tensor, let histogram = tensor.histogram else { return "<td></td>" }
    let odd = [(tensor.notNumbers, "NaN"), (tensor.infinities, "Inf")].compactMap { count, name in
      count.flatMap { $0 > 0 ? "\($0.grouped) \(name)" : nil }
    }
    let note: HTML = odd.isEmpty ? .nothing : "<small>\(odd.joined(separator: ", "))</small>"
    return "<td>\(Sparkline(histogram: histogram).html)\(note)</td>"
  }
}

extension SizeBreakdown.Key {
  fileprivate var title: String {
    switch self {
    case .layer: "Layer"
    case .operator: "Operator"
    case .dtype: "Type"
    case .encoding: "Encoding"
    }
  }
}
