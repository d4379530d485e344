internal import ByteStorage
internal import ModelGraph

/// Slice.
struct SliceRule: OperatorRule {
  var operators: [String] { ["Slice"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard var result = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      shape.count == result.count
    else { return }
    let cuts = Self.cuts(node)
    for place in result.indices where structure.size(result[place]) != shape[place] {
      guard let cut = cuts?[place] else {
        structure.freeze(result[place], at: node, "cuts it at places that are not known")
        result[place] = .fixed(shape[place])
        continue
      }
      result[place] = part(result[place], cut, shape[place], node, &structure)
    }
    // A whole axis that is turned around or left alone.
    for (place, cut) in cuts ?? [:] where cut.step < 0 && result.indices.contains(place) {
      structure.freeze(result[place], at: node, "turns it around")
      result[place] = .fixed(shape[place])
    }
    structure.set(node, result)
  }

  private func part(
    _ axis: AxisLayout, _ cut: Cut, _ size: Int, _ node: NodeContext, _ structure: inout Structure
  ) -> AxisLayout {
    guard cut.step == 1 else {
      return everyNth(axis, cut, size, node, &structure)
    }
    guard let (_, rest) = structure.cut(axis, at: cut.start, node),
      let (part, _) = structure.cut(rest, at: size, node)
    else { return .fixed(size) }
    return part
  }

  /// Every n-th position: the axis is n columns, of which one is taken.
  private func everyNth(
    _ axis: AxisLayout, _ cut: Cut, _ size: Int, _ node: NodeContext,
    _ structure: inout Structure
  ) -> AxisLayout {
    let whole = structure.size(axis)
    guard cut.step > 1, whole % cut.step == 0, cut.start < cut.step, size == whole / cut.step else {
      structure.freeze(axis, at: node, "takes every \(cut.step)th position")
      return .fixed(size)
    }
    let rows = structure.makeAxis(size)
    structure.equate(axis, .product([rows, .fixed(cut.step)]), at: node)
    return rows
  }

  /// Where an axis is cut; bounds lie inside it.
  private struct Cut {
    let start: Int
    let end: Int
    let step: Int
  }

  private static func cuts(_ node: NodeContext) -> [Int: Cut]? {
    guard let shape = node.shape(input: 0) else { return nil }
    let starts = node.integers(attribute: "starts") ?? node.integers(input: 1)
    let ends = node.integers(attribute: "ends") ?? node.integers(input: 2)
    guard let starts, let ends, starts.count == ends.count else { return nil }
    let axes =
      node.integers(attribute: "axes") ?? node.integers(input: 3) ?? Array(starts.indices)
    let steps = node.integers(input: 4) ?? Array(repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count else { return nil }
    var cuts: [Int: Cut] = [:]
    for index in starts.indices {
      guard let axis = node.axis(axes[index], rank: shape.count) else { return nil }
      let size = shape[axis]
      cuts[axis] = Cut(
        start: Self.bound(starts[index], size), end: Self.bound(ends[index], size),
        step: steps[index])
    }
    return cuts
  }

  /// A bound counted from the end when negative, brought inside.
  private static func bound(_ place: Int, _ size: Int) -> Int {
    min(max(place < 0 ? place &+ size : place, 0), size)
  }

  /// The bounds after removal, one for each that is given.
  private func bounds(_ change: NodeChange, _ given: [Int], _ axes: [Int]) -> [Int]? {
    guard let shape = change.context.shape(input: 0), let now = change.newShape(input: 0),
      now.count == shape.count
    else { return nil }
    return zip(given, axes).map { place, axis in
      guard let axis = change.context.axis(axis, rank: shape.count), shape[axis] != now[axis] else {
        return place
      }
      return change.keptBelow(0, axis, Self.bound(place, shape[axis]))
    }
  }

  private func accepts(_ change: NodeChange, _ wanted: [Int], _ axes: [Int])
    -> @Sendable ([Int]) -> Bool
  {
    let sizes = change.newShape(input: 0) ?? []
    let rank = sizes.count
    return { given in
      given.count == wanted.count
        && zip(zip(given, wanted), axes).allSatisfy { pair, axis in
          let place = axis < 0 ? axis + rank : axis
          guard sizes.indices.contains(place) else { return pair.0 == pair.1 }
          return Self.bound(pair.0, sizes[place]) == Self.bound(pair.1, sizes[place])
        }
    }
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard let starts = change.context.integers(input: 1),
      let ends = change.context.integers(input: 2)
    else { return [:] }
    let axes = change.context.integers(input: 3) ?? Array(starts.indices)
    guard let newStarts = bounds(change, starts, axes), let newEnds = bounds(change, ends, axes)
    else { return [:] }
    return [
      1: ArgumentRequirement(newStarts, accepts: accepts(change, newStarts, axes)),
      2: ArgumentRequirement(newEnds, accepts: accepts(change, newEnds, axes)),
    ]
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    guard let starts = change.context.integers(attribute: "starts"),
      let ends = change.context.integers(attribute: "ends")
    else { return [] }
    let axes = change.context.integers(attribute: "axes") ?? Array(starts.indices)
    guard let newStarts = bounds(change, starts, axes), let newEnds = bounds(change, ends, axes)
    else { return [] }
    return [
      ("starts", .ints(newStarts.map { Int64($0) })), ("ends", .ints(newEnds.map { Int64($0) })),
    ]
  }
}
