extension SensitivityReport {
  /// A drawing in one SVG file that needs nothing else: a row for each layer, a column for each level.
  public func svg(title: String) -> String {
    HeatMap(
      title: title,
      subtitle:
        "relative error of the outputs when one layer alone is pruned, by \(method), on \(samples) samples",
      columns: levels.map(\.percentText),
      rows: rows.map { row in
        HeatMap.Row(
          name: row.name, detail: "\(row.operatorTypes.first ?? ""), \(row.elements) weights",
          values: row.errors)
      }
    )
    .html.source
  }
}
