/// Numbers from 0 to about 1 as a table of coloured cells, each with its number in it.
struct HeatMap {
  struct Row {
    let name: String
    let detail: String
    let values: [Double?]
  }

  let title: String
  let subtitle: String
  let columns: [String]
  let rows: [Row]

  private static let margin = 20
  private static let nameWidth = 330
  private static let longestName = 44
  private static let cell = (width: 84, height: 24)
  private static let gap = 2
  /// Where the cells begin.
  private static let top = 96
  private static let legendHeight = 64

  private var width: Int { max(760, Self.left(columns.count) + Self.margin) }
  private var height: Int { Self.rowTop(rows.count) + Self.legendHeight }

  var html: HTML {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" role="img" aria-label="\(title): \(subtitle)">
    <style>text { font: 12px system-ui, sans-serif; fill: #1a1f26; } .head { font-size: 16px; \
    font-weight: 600; } .soft { fill: #5b6470; } .cell { text-anchor: middle; } \
    .on-dark { fill: #ffffff; }</style>
    <rect width="100%" height="100%" fill="#ffffff"/>
    <text class="head" x="\(Self.margin)" y="34">\(title)</text>
    <text class="soft" x="\(Self.margin)" y="54">\(subtitle)</text>
    \(heading)
    \(rows.enumerated().map { Self.draw($1, at: $0) })\(legend)
    </svg>

    """
  }

  private var heading: [HTML] {
    columns.enumerated().map { column, name in
      "<text class=\"cell soft\" x=\"\(Self.middle(column))\" y=\"\(Self.top - 8)\">\(name)</text>"
    }
  }

  private static func draw(_ row: Row, at index: Int) -> HTML {
    let baseline = rowTop(index) + 16
    let cells = row.values.enumerated().map { column, value -> HTML in
      """
      <rect x="\(left(column))" y="\(rowTop(index))" width="\(cell.width)" height="\(cell.height)" \
      rx="2" fill="\(colour(value))"/><text class="cell\(isDark(value) ? " on-dark" : "")" \
      x="\(middle(column))" y="\(baseline)">\(value?.shortText ?? "?")</text>
      """
    }
    return """
      <g><title>\(row.name)\n\(row.detail)</title>\
      <text x="\(margin)" y="\(baseline)">\(shortened(row.name))</text>\(cells)</g>\n
      """
  }

  private var legend: HTML {
    let top = Self.rowTop(rows.count) + 18
    let steps = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 1]
    let boxes = steps.enumerated().map { place, value -> HTML in
      let left = Self.margin + place * 64
      return """
        <rect x="\(left)" y="\(top)" width="62" height="20" rx="2" fill="\(Self.colour(value))"/>\
        <text class="cell\(Self.isDark(value) ? " on-dark" : "")" x="\(left + 31)" \
        y="\(top + 14)">\(place == 6 ? "1 or more" : value.shortText)</text>
        """
    }
    return "<g aria-hidden=\"true\">\(boxes)</g>"
  }

  private static func left(_ column: Int) -> Int {
    margin + nameWidth + column * (cell.width + gap)
  }
  private static func middle(_ column: Int) -> Int { left(column) + cell.width / 2 }
  private static func rowTop(_ row: Int) -> Int { top + row * (cell.height + gap) }

  /// The end of a long name, which tells more than its beginning.
  private static func shortened(_ name: String) -> String {
    name.count <= longestName ? name : "…" + name.suffix(longestName - 1)
  }

  /// How dark a cell is: roots tell small numbers apart.
  private static func depth(_ value: Double) -> Double { min(max(value, 0), 1).squareRoot() }

  private static func isDark(_ value: Double?) -> Bool { value.map { depth($0) > 0.55 } ?? false }

  private static func colour(_ value: Double?) -> String {
    guard let value else { return "rgb(213,215,217)" }
    let (light, dark) = ([238.0, 243, 249], [24.0, 64, 120])
    let parts = zip(light, dark).map { "\(Int(($0 + ($1 - $0) * depth(value)).rounded()))" }
    return "rgb(\(parts.joined(separator: ",")))"
  }
}
