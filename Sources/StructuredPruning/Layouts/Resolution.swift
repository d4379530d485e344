/// Puts a layout in terms of the dimensions that have no definition, in normal form.
///
/// In normal form fixed neighbours are one, and only sums under an outer factor are nested. Work is
/// bounded, because what is short in a model can be long when written out.
struct Resolution {
  /// How many factors are looked at.
  private static let maximumSteps = 1 << 12
  /// How deep sums under outer factors may be nested.
  private static let maximumDepth = 24

  let table: DimensionTable
  private var steps = 0

  init(_ table: DimensionTable) {
    self.table = table
  }

  /// A part of which the outer factors are done.
  private struct Pending {
    var done: AxisLayout.Segment = []
    var rest: AxisLayout.Segment
  }

  /// What comes of looking at one factor.
  private enum Step {
    case atom(AxisLayout.Factor)
    case made(AxisLayout)
  }

  /// The layout in normal form; nil when it is too large.
  mutating func resolved(_ layout: AxisLayout, depth: Int = 0) -> AxisLayout? {
    guard depth < Self.maximumDepth else { return nil }
    var result: [AxisLayout.Segment] = []
    var pending = Self.pending(layout.segments, before: [])
    while var part = pending.popLast() {
      steps += 1
      guard steps <= Self.maximumSteps else { return nil }
      guard !part.rest.isEmpty else {
        Self.append(part.done, to: &result)
        continue
      }
      let factor = part.rest.removeFirst()
      guard let step = step(factor, depth: depth) else { return nil }
      switch step {
      case .atom(let factor):
        part.done = Self.joined(part.done, factor == .fixed(1) ? [] : [factor])
        pending.append(part)
      case .made(let layout) where layout.segments.count == 1:
        part.rest = layout.segments[0] + part.rest
        pending.append(part)
      case .made(let layout) where part.done.isEmpty:
        // An outermost sum is multiplied out.
        pending += Self.pending(layout.segments, before: part.rest)
      case .made(let layout):
        guard let inner = resolved(layout, depth: depth + 1) else { return nil }
        part.done =
          inner.segments.count == 1
          ? Self.joined(part.done, inner.segments[0]) : part.done + [.sum(inner)]
        pending.append(part)
      }
    }
    return AxisLayout(result)
  }

  private static func pending(
    _ segments: [AxisLayout.Segment], before rest: AxisLayout.Segment
  ) -> [Pending] {
    segments.reversed().map { Pending(rest: $0 + rest) }
  }

  /// A factor in normal form, or what it is made of.
  private mutating func step(_ factor: AxisLayout.Factor, depth: Int) -> Step? {
    switch factor {
    case .fixed:
      return .atom(factor)
    case .dimension(let id):
      let root = table.root(id)
      return table.entries[root.index].definition.map(Step.made) ?? .atom(.dimension(root))
    case .sum(let layout):
      return .made(layout)
    case .interleaved(let parts):
      var known: [AxisLayout] = []
      for part in parts where table.size(part) > 0 {
        guard let part = resolved(part, depth: depth + 1) else { return nil }
        known.append(part)
      }
      if known.count == 1 { return .made(known[0]) }
      let isFixed = known.allSatisfy(\.isFixed)
      return .atom(isFixed ? .fixed(table.size(factor)) : .interleaved(known))
    }
  }

  /// Factors in a row; fixed neighbours are one.
  private static func joined(
    _ outer: AxisLayout.Segment, _ inner: AxisLayout.Segment
  ) -> AxisLayout.Segment {
    if case .fixed(let left)? = outer.last, case .fixed(let right)? = inner.first {
      return outer.dropLast() + [.fixed(DimensionTable.product(left, right))] + inner.dropFirst()
    }
    return outer + inner
  }

  /// Appends a part; fixed parts in a row are one.
  private static func append(
    _ segment: AxisLayout.Segment, to segments: inout [AxisLayout.Segment]
  ) {
    if let last = segments.last?.fixedSize, let size = segment.fixedSize {
      segments[segments.count - 1] = [.fixed(DimensionTable.sum(last, size))]
    } else {
      segments.append(segment)
    }
  }
}
