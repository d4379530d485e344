extension DimensionTable {
  /// How many of the positions of an axis below one stay.
  ///
  /// Counted from the layout, because an axis of a value may be of any size that a file claims.
  func keptCount(of layout: AxisLayout, below position: Int, _ kept: KeptIndices) -> Int {
    keptCount(ofResolved: resolved(layout), below: position, kept)
  }

  private func keptCount(
    ofResolved layout: AxisLayout, below position: Int, _ kept: KeptIndices
  ) -> Int {
    var (total, rest) = (0, position)
    for segment in layout.segments {
      let size = size(segment)
      guard rest >= size else {
        return Self.sum(total, keptCount(of: segment[...], below: rest, kept))
      }
      total = Self.sum(total, keptCount(of: segment[...], kept))
      rest -= size
    }
    return total
  }

  /// The whole indices of the outer factor below the position, and what is left of the next.
  private func keptCount(
    of segment: ArraySlice<AxisLayout.Factor>, below position: Int, _ kept: KeptIndices
  ) -> Int {
    guard position > 0, let outer = segment.first else { return 0 }
    let inner = segment.dropFirst()
    let (index, rest) = position.quotientAndRemainder(dividingBy: size(Array(inner)))
    let before = keptCount(of: outer, below: index, kept)
    let whole = Self.product(before, keptCount(of: inner, kept))
    guard rest > 0, keptCount(of: outer, below: index + 1, kept) > before else { return whole }
    return Self.sum(whole, keptCount(of: inner, below: rest, kept))
  }

  private func keptCount(
    of factor: AxisLayout.Factor, below position: Int, _ kept: KeptIndices
  ) -> Int {
    switch factor {
    case .fixed:
      return position
    case .dimension(let id):
      return kept.masks[id]?.prefix(position).count { $0 } ?? position
    case .sum(let layout):
      return keptCount(ofResolved: layout, below: position, kept)
    case .interleaved(let parts):
      let (rounds, turn) = position.quotientAndRemainder(dividingBy: parts.count)
      return parts.enumerated().reduce(0) { total, part in
        let below = rounds + (part.offset < turn ? 1 : 0)
        return total + keptCount(ofResolved: part.element, below: below, kept)
      }
    }
  }

  private func keptCount(of segment: ArraySlice<AxisLayout.Factor>, _ kept: KeptIndices) -> Int {
    size(of: AxisLayout([Array(segment)])) { kept.count($0, of: entries[$0.index].size) }
  }
}
