extension DimensionTable {
  /// Where an index stands on an axis.
  typealias IndexPlace = (position: Int, index: Int)

  /// Each dimension of an axis with the positions of its indices, as often as it occurs.
  func occurrences(in layout: AxisLayout) -> [(id: DimensionID, places: [IndexPlace])] {
    var found: [(id: DimensionID, places: [IndexPlace])] = []
    var start = 0
    for segment in resolved(layout).segments {
      let size = size(segment)
      var stride = size
      for factor in segment {
        let count = self.size(factor)
        guard count > 0 else { break }
        stride /= count
        for (id, digits) in digits(of: factor) {
          let places = (0..<size).compactMap { position -> IndexPlace? in
            let index = digits[position / stride % count]
            return index < 0 ? nil : (start + position, index)
          }
          found.append((id, places))
        }
      }
      start += size
    }
    return found
  }

  /// Each dimension of a factor with the index that every digit stands for, -1 for none.
  private func digits(of factor: AxisLayout.Factor) -> [(id: DimensionID, indices: [Int])] {
    func spread(_ part: AxisLayout, _ digit: (Int) -> Int) -> [(id: DimensionID, indices: [Int])] {
      occurrences(in: part).map { id, places in
        var indices = Array(repeating: -1, count: size(factor))
        for (position, index) in places { indices[digit(position)] = index }
        return (id, indices)
      }
    }
    switch factor {
    case .fixed: return []
    case .dimension(let id): return [(id, Array(0..<size(factor)))]
    case .sum(let layout): return spread(layout) { $0 }
    case .interleaved(let parts):
      return parts.enumerated().flatMap { turn, part in
        spread(part) { $0 * parts.count + turn }
      }
    }
  }
}
