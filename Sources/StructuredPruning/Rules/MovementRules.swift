internal import ByteStorage
internal import ModelGraph

/// Transpose.
struct TransposeRule: OperatorRule {
  var operators: [String] { ["Transpose"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    let order = node.integers(attribute: "perm") ?? Array(axes.indices.reversed())
    guard order.sorted() == Array(axes.indices) else { return }
    structure.setView(node, order.map { axes[$0] })
  }
}

/// Squeeze, Unsqueeze and Flatten: reshapes that say themselves which.
struct AxisCountRule: OperatorRule {
  var operators: [String] { ["Squeeze", "Unsqueeze", "Flatten"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0) else {
      return
    }
    guard node.node.operatorType == "Flatten" else {
      // Axes of one come and go; the others stay in their order.
      var rest = axes.filter { structure.size($0) != 1 }[...]
      let result = shape.map { $0 == 1 ? .fixed(1) : rest.popFirst() ?? .fixed($0) }
      return structure.setView(node, result)
    }
    let given = node.node.integer("axis", default: 1)
    let axis = given < 0 ? given + axes.count : given
    guard (0...axes.count).contains(axis) else { return }
    structure.setView(
      node,
      [axes[..<axis], axes[axis...]].map { part in
        part.isEmpty ? .fixed(1) : .product(Array(part))
      })
  }
}

/// Expand: axes of one are stretched.
struct ExpandRule: OperatorRule {
  var operators: [String] { ["Expand"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0) else {
      return
    }
    let missing = shape.count - axes.count
    guard missing >= 0 else { return }
    structure.set(
      node,
      shape.enumerated().map { place, size in
        guard place >= missing, structure.size(axes[place - missing]) == size else {
          // What is stretched may be stretched less: whatever meets the axis says how far.
          return structure.makeAxis(size)
        }
        return axes[place - missing]
      })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard let target = change.newShape(), let source = change.newShape(input: 0),
      source.count <= target.count
    else { return [:] }
    let wanted = ArgumentRequirement(target) { elements in
      guard elements.count <= target.count else { return false }
      let padded = Array(repeating: 1, count: target.count - elements.count) + elements
      let own = Array(repeating: 1, count: target.count - source.count) + source
      return zip(padded, zip(own, target)).allSatisfy { given, sizes in
        given == sizes.1 || (given == 1 && sizes.0 == sizes.1)
      }
    }
    return [1: wanted]
  }
}

/// Tile: axes are repeated as wholes.
struct TileRule: OperatorRule {
  var operators: [String] { ["Tile"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      shape.count == axes.count
    else { return }
    structure.set(
      node,
      zip(axes, shape).map { axis, size in
        let own = structure.size(axis)
        return size == own || own == 0 ? axis : .product([.fixed(size / own), axis])
      })
  }
}

/// Concat.
struct ConcatRule: OperatorRule {
  var operators: [String] { ["Concat"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let operands = node.node.inputs.indices.compactMap { structure.axes(node, input: $0) }
    guard operands.count == node.node.inputs.count, let first = operands.first,
      let axis = node.axis(node.node.integer("axis", default: 1), rank: first.count),
      operands.allSatisfy({ $0.count == first.count })
    else { return }
    var result = first
    for operand in operands.dropFirst() {
      for place in first.indices where place != axis {
        structure.equate(first[place], operand[place], at: node)
      }
    }
    result[axis] = .concatenation(operands.map { $0[axis] })
    structure.set(node, result)
  }
}

/// Split.
struct SplitRule: OperatorRule {
  var operators: [String] { ["Split"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0),
      let axis = node.axis(node.node.integer("axis"), rank: axes.count)
    else { return }
    var rest = axes[axis]
    for (index, name) in node.node.outputs.enumerated() where !name.isEmpty {
      guard let shape = node.shape(output: index), shape.count == axes.count,
        let (part, others) = structure.cut(rest, at: shape[axis], node)
      else { return }
      var result = axes
      result[axis] = part
      structure.set(node, output: index, result)
      rest = others
    }
  }

  private func sizes(_ change: NodeChange) -> [Int]? {
    guard let rank = change.context.rank(input: 0),
      let axis = change.context.axis(change.context.node.integer("axis"), rank: rank)
    else { return nil }
    let sizes = change.newOutputs.compactMap { shape in
      shape.flatMap { $0.count == rank ? $0[axis] : nil }
    }
    return sizes.count == change.newOutputs.count ? sizes : nil
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    guard change.context.version < 13, let sizes = sizes(change) else { return [] }
    return [("split", .ints(sizes.map { Int64($0) }))]
  }

  func obsoleteAttributes(of node: Node) -> [ByteString] {
    node.inputs.count > 1 && !node.inputs[1].isEmpty ? ["num_outputs"] : []
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard change.context.version >= 13, let sizes = sizes(change) else { return [:] }
    let isImplicit = change.context.integers(input: 1) == nil
    // Parts given by their number are equal, but for the last.
    let whole = sizes.reduce(0, +)
    let part = (whole + sizes.count - 1) / max(sizes.count, 1)
    let equal = sizes.indices.map { max(0, min(part, whole - $0 * part)) }
    return [
      1: ArgumentRequirement(sizes) { $0 == sizes || (isImplicit && $0.isEmpty && equal == sizes) }
    ]
  }
}

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

/// Pad: new positions at the ends of an axis are fixed.
struct PadRule: OperatorRule {
  var operators: [String] { ["Pad"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      shape.count == axes.count
    else { return }
    let pads = Self.pads(node, rank: axes.count)
    structure.set(
      node,
      axes.indices.map { place in
        let size = structure.size(axes[place])
        guard let (before, after) = pads?[place], before >= 0, after >= 0,
          before <= shape[place], after <= shape[place] - before,
          shape[place] - before - after == size
        else {
          if size != shape[place] {
            structure.freeze(axes[place], at: node, "cuts or stretches it")
            return .fixed(shape[place])
          }
          return axes[place]
        }
        guard before > 0 || after > 0 else { return axes[place] }
        if Self.reflects(node) {
          structure.freeze(axes[place], at: node, "repeats positions at its ends")
        }
        return .concatenation([.fixed(before), axes[place], .fixed(after)])
      })
  }

  private static func reflects(_ node: NodeContext) -> Bool {
    guard case .string(let mode)? = node.node.attribute("mode") else { return false }
    return mode != "constant"
  }

  private static func pads(_ node: NodeContext, rank: Int) -> [Int: (Int, Int)]? {
    guard let pads = node.integers(attribute: "pads") ?? node.integers(input: 1) else { return nil }
    let axes = node.integers(input: 3) ?? Array(0..<rank)
    guard pads.count == 2 * axes.count else { return nil }
    var result: [Int: (Int, Int)] = [:]
    for (index, axis) in axes.enumerated() {
      guard let place = node.axis(axis, rank: rank) else { return nil }
      result[place] = (pads[index], pads[axes.count + index])
    }
    return result
  }
}

/// DepthToSpace and SpaceToDepth: a block of positions is a factor of the channels.
struct DepthSpaceRule: OperatorRule {
  var operators: [String] { ["DepthToSpace", "SpaceToDepth"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      axes.count == 4, shape.count == 4
    else { return }
    let block = node.node.integer("blocksize")
    guard (1..<1 << 16).contains(block) else { return }
    var channels = axes[1]
    if node.node.operatorType == "SpaceToDepth" {
      channels = .product([.fixed(block * block), axes[1]])
    } else {
      channels = structure.makeAxis(shape[1])
      let isColumnFirst = node.node.attribute("mode").map { value in
        if case .string("CRD") = value { true } else { false }
      }
      let parts: [AxisLayout] = [.fixed(block * block), channels]
      structure.equate(
        axes[1], .product(isColumnFirst ?? false ? parts.reversed() : parts), at: node)
    }
    structure.set(node, [axes[0], channels, .fixed(shape[2]), .fixed(shape[3])])
  }
}

/// Resize and Upsample: axes that keep their size pass.
struct ResizeRule: OperatorRule {
  var operators: [String] { ["Resize", "Upsample"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      axes.count == shape.count
    else { return }
    structure.set(
      node,
      zip(axes, shape).map { axis, size in
        if structure.size(axis) == size { return axis }
        structure.freeze(axis, at: node, "stretches it")
        return .fixed(size)
      })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard change.context.integers(input: 3) != nil, let shape = change.newShape() else {
      return [:]
    }
    let axes = change.context.integers(attribute: "axes") ?? Array(shape.indices)
    let places = axes.compactMap { change.context.axis($0, rank: shape.count) }
    return [3: ArgumentRequirement(places.map { shape[$0] })]
  }
}
