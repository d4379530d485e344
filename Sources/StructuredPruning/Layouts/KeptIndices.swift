/// Which indices of each dimension stay.
struct KeptIndices: Sendable {
  /// For dimensions that lose some: true for each index that stays.
  ///
  /// Others stay whole.
  var masks: [DimensionID: [Bool]] = [:]

  /// How many indices of a dimension stay.
  func count(_ id: DimensionID, of size: Int) -> Int {
    masks[id]?.count { $0 } ?? size
  }
}

extension DimensionTable {
  /// For each position of an axis, whether it stays; nil when all do.
  func mask(of layout: AxisLayout, _ kept: KeptIndices) -> [Bool]? {
    let layout = resolved(layout)
    guard layout.dimensions.contains(where: { kept.masks[$0] != nil }) else { return nil }
    return mask(ofResolved: layout, kept)
  }

  private func mask(ofResolved layout: AxisLayout, _ kept: KeptIndices) -> [Bool] {
    var mask: [Bool] = []
    mask.reserveCapacity(size(layout))
    for segment in layout.segments {
      // A position stays when all of its digits do.
      var positions = [true]
      for factor in segment {
        let digits = self.mask(of: factor, kept)
        positions = positions.flatMap { outer in outer ? digits : digits.map { _ in false } }
      }
      mask += positions
    }
    return mask
  }

  private func mask(of factor: AxisLayout.Factor, _ kept: KeptIndices) -> [Bool] {
    switch factor {
    case .fixed(let size):
      return Array(repeating: true, count: size)
    case .dimension(let id):
      return kept.masks[id] ?? Array(repeating: true, count: size(factor))
    case .sum(let layout):
      return mask(ofResolved: layout, kept)
    case .interleaved(let parts):
      let masks = parts.map { mask(ofResolved: $0, kept) }
      return (0..<size(factor)).map { masks[$0 % parts.count][$0 / parts.count] }
    }
  }

  /// How many positions of an axis stay when dimensions keep these counts.
  ///
  /// `count` tells for a dimension how many indices stay.
  func size(of layout: AxisLayout, keeping count: (DimensionID) -> Int) -> Int {
    size(ofResolved: resolved(layout), keeping: count)
  }

  private func size(
    ofResolved layout: AxisLayout, keeping count: (DimensionID) -> Int
  ) -> Int {
    layout.segments.reduce(0) { total, segment in
      let part = segment.reduce(1) { product, factor in
        Self.product(product, size(of: factor, keeping: count))
      }
      return Self.sum(total, part)
    }
  }

  private func size(of factor: AxisLayout.Factor, keeping count: (DimensionID) -> Int) -> Int {
    switch factor {
    case .fixed(let size): size
    case .dimension(let id): count(id)
    case .sum(let inner): self.size(ofResolved: inner, keeping: count)
    case .interleaved(let parts):
      parts.reduce(0) { Self.sum($0, self.size(ofResolved: $1, keeping: count)) }
    }
  }
}
