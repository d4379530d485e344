extension DimensionTable {
  /// A layout in writing, such as `d3*49`, `d1+d2`, `2*(d4+d5)`, or `<d6|d7>` for interleaved parts.
  func text(of layout: AxisLayout) -> String {
    text(ofResolved: resolved(layout))
  }

  private func text(ofResolved layout: AxisLayout) -> String {
    layout.segments.map { segment in
      segment.isEmpty ? "1" : segment.map(text).joined(separator: "*")
    }.joined(separator: "+")
  }

  private func text(of factor: AxisLayout.Factor) -> String {
    switch factor {
    case .fixed(let size): "\(size)"
    case .dimension(let id): "d\(id.index)"
    case .sum(let inner): "(\(text(ofResolved: inner)))"
    case .interleaved(let parts): "<\(parts.map(text(ofResolved:)).joined(separator: "|"))>"
    }
  }
}
