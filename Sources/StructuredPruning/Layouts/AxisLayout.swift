internal import ByteStorage

/// What each position of a tensor's axis means: parts one after the other, in terms of dimensions.
///
/// A flattened feature map is `C·49`, a concatenation `A + B`, packed attention heads `3·h·d`. All
/// occurrences of a dimension in a model lose the same indices.
public struct AxisLayout: Hashable, Sendable {
  /// One part: a mixed radix number, outermost factor first; no factor means one position.
  public typealias Segment = [Factor]

  /// One digit of a part's positions.
  public enum Factor: Hashable, Sendable {
    /// Positions nobody may remove.
    case fixed(Int)
    /// Indices of a dimension.
    case dimension(DimensionID)
    /// Parts in a row, under an outer factor.
    case sum(AxisLayout)
    /// Parts dealt out in turn: position `i` is the `i / n`-th of part `i % n`.
    ///
    /// Sizes differ by one at most, the larger first.
    case interleaved([AxisLayout])
  }

  /// The parts.
  public var segments: [Segment]

  /// Makes a layout of parts.
  public init(_ segments: [Segment]) {
    self.segments = segments
  }

  /// An axis nobody may shrink.
  public static func fixed(_ size: Int) -> AxisLayout { AxisLayout([[.fixed(size)]]) }

  /// An axis that is one dimension.
  public static func dimension(_ id: DimensionID) -> AxisLayout { AxisLayout([[.dimension(id)]]) }

  /// Axes merged into one, the first varying slowest.
  public static func product(_ layouts: [AxisLayout]) -> AxisLayout {
    let inner: Segment = layouts.dropFirst().flatMap { layout in
      layout.segments.count == 1 ? layout.segments[0] : [.sum(layout)]
    }
    return AxisLayout(layouts.first?.segments.map { $0 + inner } ?? [[]])
  }

  /// Axes one after the other.
  public static func concatenation(_ layouts: [AxisLayout]) -> AxisLayout {
    AxisLayout(layouts.flatMap(\.segments))
  }
}

/// A set of indices that appear and disappear together wherever they are used.
public struct DimensionID: Hashable, Sendable, Comparable {
  let index: Int

  /// Orders by the time of making.
  public static func < (left: DimensionID, right: DimensionID) -> Bool { left.index < right.index }
}
