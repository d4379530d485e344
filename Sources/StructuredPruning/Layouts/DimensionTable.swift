internal import ByteStorage
public import ModelGraph

/// Why a dimension keeps all of its indices.
public struct FreezeReason: Hashable, Sendable {
  /// The node that needs them; nil for the graph itself.
  public let node: NodeID?
  /// What needs them, as the rest of a sentence.
  public let text: String
  /// True for axes that nobody takes for channels, such as those of a kernel's window.
  public var isStructural = false
}

/// The dimensions of a model: which are the same, which are made of others, which must stay whole.
///
/// A union-find structure in which a dimension may be given a definition in terms of smaller ones.
/// Layouts refer to dimensions by id, so that what is learnt late holds everywhere.
struct DimensionTable: Sendable {
  /// Factors a layout may be written with; longer ones are frozen, so that work stays linear.
  static let maximumFactors = 1024

  struct Entry: Sendable {
    let size: Int
    var parent: DimensionID?
    /// How many dimensions were joined into this one.
    var weight = 1
    var definition: AxisLayout?
    var frozen: FreezeReason?
    /// The node that mixes the indices in a way that removal changes; nil when removal is exact.
    var mixedBy: NodeID?
    /// True for the heads of an attention, and whatever else is only counted, not summed over.
    var isBatched = false
  }

  private(set) var entries: [Entry] = []

  /// Makes a dimension, or a fixed axis when there is nothing to choose from.
  mutating func makeAxis(_ size: Int) -> AxisLayout {
    guard size > 1 else { return .fixed(size) }
    return .dimension(makeDimension(size))
  }

  private mutating func makeDimension(_ size: Int, like other: Entry? = nil) -> DimensionID {
    entries.append(
      Entry(
        size: size, frozen: other?.frozen, mixedBy: other?.mixedBy,
        isBatched: other?.isBatched ?? false))
    return DimensionID(index: entries.count - 1)
  }

  /// The dimension that stands for all that were found equal.
  func root(_ id: DimensionID) -> DimensionID {
    var current = id
    while let parent = entries[current.index].parent { current = parent }
    return current
  }

  subscript(id: DimensionID) -> Entry { entries[root(id).index] }

  // MARK: Sizes

  func size(_ factor: AxisLayout.Factor) -> Int {
    switch factor {
    case .fixed(let size): size
    case .dimension(let id): entries[id.index].size
    case .sum(let layout): size(layout)
    case .interleaved(let parts): parts.reduce(0) { Self.sum($0, size($1)) }
    }
  }

  func size(_ segment: AxisLayout.Segment) -> Int {
    segment.reduce(1) { Self.product($0, size($1)) }
  }

  func size(_ layout: AxisLayout) -> Int {
    layout.segments.reduce(0) { Self.sum($0, size($1)) }
  }

  /// A product of sizes; the largest number there is for one that no number holds.
  static func product(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
  }

  /// A sum of sizes; the largest number there is for one that no number holds.
  static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  // MARK: Resolution

  /// The layout in terms of dimensions without a definition, in normal form.
  ///
  /// One that is too large to write out counts as fixed; `freezeOverlarge` sees to it that it is.
  func resolved(_ layout: AxisLayout) -> AxisLayout {
    // The usual case needs no new arrays.
    if let id = layout.singleDimension, entries[id.index].parent == nil,
      entries[id.index].definition == nil
    {
      return layout
    }
    var resolution = Resolution(self)
    return resolution.resolved(layout) ?? .fixed(size(layout))
  }

  /// The dimensions that an axis is made of in the end, each once, however large the axis is.
  private func leaves(of layout: AxisLayout) -> [DimensionID] {
    if let id = layout.singleDimension {
      let root = root(id)
      if entries[root.index].definition == nil { return [root] }
    }
    var (leaves, pending): ([DimensionID], [AxisLayout]) = ([], [layout])
    var visited: Set<DimensionID> = []
    while let layout = pending.popLast() {
      for id in layout.dimensions where visited.insert(root(id)).inserted {
        if let definition = self[id].definition {
          pending.append(definition)
        } else {
          leaves.append(root(id))
        }
      }
    }
    return leaves
  }
}

extension AxisLayout.Segment {
  /// How many positions there are when nobody may remove any.
  var fixedSize: Int? {
    if isEmpty { return 1 }
    guard count == 1, case .fixed(let size) = self[0] else { return nil }
    return size
  }
}

extension AxisLayout {
  /// True when no position may be removed; holds for resolved layouts.
  var isFixed: Bool { segments.allSatisfy { $0.fixedSize != nil } }

  /// True when it is written with more than so many parts and factors.
  func hasFactors(beyond limit: Int) -> Bool {
    var (count, pending) = (0, [self])
    while let layout = pending.popLast() {
      for segment in layout.segments {
        count += 1
        for factor in segment {
          count += 1
          switch factor {
          case .fixed, .dimension: break
          case .sum(let inner): pending.append(inner)
          case .interleaved(let parts): pending += parts
          }
        }
        if count > limit { return true }
      }
    }
    return false
  }

  /// The dimensions in it, each as often as it occurs.
  var dimensions: [DimensionID] {
    var found: [DimensionID] = []
    var pending = [self]
    while let layout = pending.popLast() {
      for factor in layout.segments.joined() {
        switch factor {
        case .fixed: break
        case .dimension(let id): found.append(id)
        case .sum(let inner): pending.append(inner)
        case .interleaved(let parts): pending += parts
        }
      }
    }
    return found
  }
}

// MARK: - Learning

extension DimensionTable {
  /// Keeps all indices of an axis; the first reason stays.
  mutating func freeze(_ layout: AxisLayout, _ reason: FreezeReason) {
    for id in leaves(of: layout) where entries[id.index].frozen == nil {
      entries[id.index].frozen = reason
    }
  }

  /// Keeps all indices of an axis that is too large to be told part by part.
  ///
  /// - Returns: true when it is.
  @discardableResult
  mutating func freezeOverlarge(_ layout: AxisLayout, at node: NodeID?) -> Bool {
    if let id = layout.singleDimension, self[id].definition == nil { return false }
    var resolution = Resolution(self)
    guard layout.hasFactors(beyond: Self.maximumFactors) || resolution.resolved(layout) == nil
    else { return false }
    freeze(layout, FreezeReason(node: node, text: "the axis has too many parts to be followed"))
    return true
  }

  /// Notes that a node mixes the indices of an axis, so that removing some changes the others.
  mutating func markMixed(_ layout: AxisLayout, by node: NodeID) {
    for id in leaves(of: layout) where entries[id.index].mixedBy == nil {
      entries[id.index].mixedBy = node
    }
  }

  /// Notes that an axis counts things computed side by side, such as heads.
  mutating func markBatched(_ layout: AxisLayout) {
    for id in leaves(of: layout) { entries[id.index].isBatched = true }
  }

  /// Makes two dimensions one.
  mutating func join(_ left: DimensionID, _ right: DimensionID) {
    let isLeftHeavier = entries[left.index].weight >= entries[right.index].weight
    let (heavy, light) = isLeftHeavier ? (left, right) : (right, left)
    inherit(heavy, from: entries[light.index])
    entries[heavy.index].weight += entries[light.index].weight
    entries[light.index].parent = heavy
  }

  /// States what a dimension is made of.
  mutating func define(_ id: DimensionID, as layout: AxisLayout) {
    for part in layout.dimensions { inherit(part, from: entries[id.index]) }
    entries[id.index].definition = layout
  }

  private mutating func inherit(_ id: DimensionID, from other: Entry) {
    if entries[id.index].frozen == nil { entries[id.index].frozen = other.frozen }
    if entries[id.index].mixedBy == nil { entries[id.index].mixedBy = other.mixedBy }
    if other.isBatched { entries[id.index].isBatched = true }
  }

  /// Splits a dimension into an outer and an inner one; nil when the sizes do not allow it.
  mutating func split(_ factor: AxisLayout.Factor, inner size: Int) -> (
    outer: AxisLayout.Factor, inner: AxisLayout.Factor
  )? {
    let whole = self.size(factor)
    guard size > 0, whole % size == 0 else { return nil }
    switch factor {
    case .fixed:
      return (.fixed(whole / size), .fixed(size))
    case .dimension(let id):
      let outer = makeAxis(whole / size, like: entries[id.index])
      let inner = makeAxis(size, like: entries[id.index])
      define(id, as: AxisLayout([[outer, inner]]))
      return (outer, inner)
    case .sum, .interleaved:
      return nil
    }
  }

  /// Splits a factor into the indices below `position` and the others.
  mutating func split(_ factor: AxisLayout.Factor, at position: Int) -> (
    AxisLayout.Factor, AxisLayout.Factor
  )? {
    let whole = size(factor)
    switch factor {
    case .fixed:
      return (.fixed(position), .fixed(whole - position))
    case .dimension(let id):
      let head = makeAxis(position, like: entries[id.index])
      let tail = makeAxis(whole - position, like: entries[id.index])
      define(id, as: AxisLayout([[head], [tail]]))
      return (head, tail)
    case .interleaved(let parts):
      return split(interleaved: parts, at: position)
    case .sum:
      return nil
    }
  }

  private mutating func split(interleaved parts: [AxisLayout], at position: Int) -> (
    AxisLayout.Factor, AxisLayout.Factor
  )? {
    let (rounds, turn) = position.quotientAndRemainder(dividingBy: parts.count)
    var heads: [AxisLayout] = []
    var tails: [AxisLayout] = []
    for (index, part) in parts.enumerated() {
      guard let (head, tail) = cut(part, at: rounds + (index < turn ? 1 : 0)) else { return nil }
      heads.append(head)
      tails.append(tail)
    }
    return (.interleaved(heads), .interleaved(Array(tails[turn...] + tails[..<turn])))
  }

  private mutating func makeAxis(_ size: Int, like other: Entry) -> AxisLayout.Factor {
    size > 1 ? .dimension(makeDimension(size, like: other)) : .fixed(size)
  }

  /// Cuts an axis in two; nil when a nested part would have to be cut in a way that has no layout.
  ///
  /// Where the cut falls inside an index of an outer factor, that index stays as it is.
  mutating func cut(_ layout: AxisLayout, at position: Int) -> (AxisLayout, AxisLayout)? {
    var head: [AxisLayout.Segment] = []
    var remaining = position
    let segments = resolved(layout).segments
    for (index, segment) in segments.enumerated() {
      let size = size(segment)
      if remaining >= size {
        head.append(segment)
        remaining -= size
        continue
      }
      guard remaining > 0 else { return (AxisLayout(head), AxisLayout(Array(segments[index...]))) }
      guard let (left, right) = cut(segment, at: remaining) else { return nil }
      return (AxisLayout(head + left), AxisLayout(right + segments[(index + 1)...]))
    }
    return (AxisLayout(head), AxisLayout([]))
  }

  /// The factors below and from `position` on, none where there is nothing.
  private mutating func parts(of factor: AxisLayout.Factor, at position: Int) -> (
    [AxisLayout.Factor], [AxisLayout.Factor]
  )? {
    if position == 0 { return ([], [factor]) }
    if position == size(factor) { return ([factor], []) }
    return split(factor, at: position).map { ([$0], [$1]) }
  }

  private mutating func cut(_ segment: AxisLayout.Segment, at position: Int) -> (
    [AxisLayout.Segment], [AxisLayout.Segment]
  )? {
    guard let outer = segment.first else { return nil }
    let inner = AxisLayout.Segment(segment.dropFirst())
    let (quotient, remainder) = position.quotientAndRemainder(dividingBy: size(inner))
    guard let (head, rest) = parts(of: outer, at: quotient) else { return nil }
    let (before, after) = (head.map { [$0] + inner }, rest.map { [$0] + inner })
    guard remainder > 0 else { return (before, after) }
    guard let rest = rest.first, let (_, tail) = parts(of: rest, at: 1),
      let (left, right) = cut(AxisLayout([inner]), at: remainder)
    else { return nil }
    return (before + left.segments, right.segments + tail.map { [$0] + inner })
  }
}
