extension DimensionTable {
  /// Adds what stands at the positions of an axis up for each index of each of its dimensions.
  ///
  /// A dimension that occurs several times gets the total.
  func marginals(of layout: AxisLayout, _ positions: [Double]) -> [DimensionID: [Double]] {
    var marginals: [DimensionID: [Double]] = [:]
    var pending = [(resolved(layout), positions)]
    while let (layout, positions) = pending.popLast() {
      var start = 0
      for segment in layout.segments {
        let end = start + size(segment)
        add(segment, positions[start..<end], to: &marginals, &pending)
        start = end
      }
    }
    return marginals
  }

  private func add(
    _ segment: AxisLayout.Segment, _ positions: ArraySlice<Double>,
    to marginals: inout [DimensionID: [Double]], _ pending: inout [(AxisLayout, [Double])]
  ) {
    var inner = positions.count
    for factor in segment {
      let count = size(factor)
      inner = count > 0 ? inner / count : 0
      guard !factor.isFixed else { continue }
      let sums = Self.sums(positions, count: count, inner: inner)
      switch factor {
      case .fixed: break
      case .dimension(let id):
        let known = marginals[id] ?? Array(repeating: 0, count: count)
        marginals[id] = zip(known, sums).map(+)
      case .sum(let layout): pending.append((layout, sums))
      case .interleaved(let parts):
        for (turn, part) in parts.enumerated() {
          pending.append((part, stride(from: turn, to: count, by: parts.count).map { sums[$0] }))
        }
      }
    }
  }

  /// The sums over all digits but one.
  private static func sums(
    _ positions: ArraySlice<Double>, count: Int, inner: Int
  ) -> [Double] {
    var sums = Array(repeating: 0.0, count: count)
    var position = positions.startIndex
    while position < positions.endIndex {
      for digit in 0..<count {
        var sum = 0.0
        for _ in 0..<inner {
          sum += positions[position]
          position += 1
        }
        sums[digit] += sum
      }
    }
    return sums
  }
}
