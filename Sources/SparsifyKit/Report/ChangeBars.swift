/// What was gained and lost: bars to both sides of a line, all to one scale.
struct ChangeBars {
  /// One bar.
  struct Row {
    let name: String
    /// A difference of two shares, negative for a loss.
    let change: Double
  }

  /// What stays free at both ends, so that the line is seen there, in hundredths of the width.
  private static let margin = 1.0

  let rows: [Row]

  var html: HTML {
    let loss = max(0, -(rows.map(\.change).min() ?? 0))
    let gain = max(0, rows.map(\.change).max() ?? 0)
    let scale = loss + gain > 0 ? (100 - 2 * Self.margin) / (loss + gain) : 0
    let zero = Self.margin + loss * scale
    return "<div class=\"bars changes\">\(rows.map { bar($0, zero: zero, scale) })</div>\n"
  }

  /// A bar, and where no change is, in hundredths of the width.
  private func bar(_ row: Row, zero: Double, _ scale: Double) -> HTML {
    let width = row.change.magnitude * scale
    let start = row.change < 0 ? zero - width : zero
    let text = row.change.pointsText
    return """
      <span>\(row.name)</span>
      <svg role="img" aria-label="\(row.name): \(text)">\
      <rect class="track" width="100%" height="100%"/>\
      <rect class="\(row.change < 0 ? "lost" : "gained")" x="\(start.fixed(3))%" \
      width="\(width.fixed(3))%" height="100%"><title>\(row.name): \(text)</title></rect>\
      <line class="zero" x1="\(zero.fixed(3))%" x2="\(zero.fixed(3))%" y2="100%"/></svg>
      <span class="number">\(text)</span>

      """
  }
}
