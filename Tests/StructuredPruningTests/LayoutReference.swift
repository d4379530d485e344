@testable import StructuredPruning

/// One index of one dimension.
struct Coordinate: Hashable {
  let dimension: DimensionID
  let index: Int
}

extension DimensionTable {
  /// For each position of an axis, the indices it stands for: the naive reading of a layout.
  func coordinates(of layout: AxisLayout) -> [Set<Coordinate>] {
    expand(resolved(layout))
  }

  private func expand(_ layout: AxisLayout) -> [Set<Coordinate>] {
    layout.segments.flatMap { segment in
      segment.reduce([[]]) { positions, factor in
        positions.flatMap { outer in expand(factor).map { outer.union($0) } }
      }
    }
  }

  private func expand(_ factor: AxisLayout.Factor) -> [Set<Coordinate>] {
    switch factor {
    case .fixed(let size):
      return Array(repeating: [], count: size)
    case .dimension(let id):
      return (0..<size(factor)).map { [Coordinate(dimension: id, index: $0)] }
    case .sum(let inner):
      return expand(inner)
    case .interleaved(let parts):
      var columns = parts.map { expand($0)[...] }
      return (0..<size(factor)).compactMap { columns[$0 % parts.count].popFirst() }
    }
  }

  /// The coordinates that may be removed, for each position.
  func freeCoordinates(of layout: AxisLayout) -> [Set<Coordinate>] {
    coordinates(of: layout).map { $0.filter { self[$0.dimension].frozen == nil } }
  }
}

/// A generator of the same numbers everywhere (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension DimensionTable {
  /// An axis of some size put together at random from new dimensions, fixed parts and `known` axes.
  mutating func randomAxis(
    _ size: Int, known: [AxisLayout], depth: Int = 0, using numbers: inout SeededNumbers
  ) -> AxisLayout {
    let reusable = known.filter { self.size($0) == size }
    switch Int.random(in: 0..<10, using: &numbers) {
    case 0: return .fixed(size)
    case 1, 2:
      if let axis = reusable.randomElement(using: &numbers) { return axis }
      return makeAxis(size)
    case 3...5 where size > 1 && depth < 3:
      let head = Int.random(in: 1..<size, using: &numbers)
      return .concatenation([
        randomAxis(head, known: known, depth: depth + 1, using: &numbers),
        randomAxis(size - head, known: known, depth: depth + 1, using: &numbers),
      ])
    case 6...8 where depth < 3:
      let factors = (1...size).filter { size % $0 == 0 }
      guard let outer = factors.randomElement(using: &numbers) else { return makeAxis(size) }
      return .product([
        randomAxis(outer, known: known, depth: depth + 1, using: &numbers),
        randomAxis(size / outer, known: known, depth: depth + 1, using: &numbers),
      ])
    default: return makeAxis(size)
    }
  }
}
