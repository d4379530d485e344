internal import ModelGraph

extension DimensionTable {
  /// States that two axes mean the same, position by position.
  ///
  /// Dimensions are joined, or refined until they can be; what cannot be aligned is frozen.
  mutating func equate(_ left: AxisLayout, _ right: AxisLayout, at node: NodeID) {
    var pending = [(left, right)]
    while let (left, right) = pending.popLast() {
      let (left, right) = (resolved(left), resolved(right))
      if left == right { continue }
      if !step(left, right, at: node, &pending) {
        let reason = FreezeReason(node: node, text: "two axes it joins cannot be aligned")
        freeze(left, reason)
        freeze(right, reason)
      }
    }
  }

  /// One step on resolved layouts; false when they cannot be aligned.
  private mutating func step(
    _ left: AxisLayout, _ right: AxisLayout, at node: NodeID,
    _ pending: inout [(AxisLayout, AxisLayout)]
  ) -> Bool {
    guard size(left) == size(right) else { return false }
    if left.isFixed || right.isFixed {
      let reason = FreezeReason(node: node, text: "it joins an axis that is fixed")
      freeze(left, reason)
      freeze(right, reason)
      return true
    }
    if let id = left.singleDimension { return equate(id, right) }
    if let id = right.singleDimension { return equate(id, left) }
    if left.segments.count == 1, right.segments.count == 1 {
      return step(left.segments[0], right.segments[0], &pending)
    }
    return align(left, right, &pending)
  }

  private mutating func equate(_ id: DimensionID, _ layout: AxisLayout) -> Bool {
    if let other = layout.singleDimension {
      join(id, other)
    } else {
      define(id, as: layout)
    }
    return true
  }

  /// Drops the parts that both axes begin with, or cuts both where the first part of either ends.
  private mutating func align(
    _ left: AxisLayout, _ right: AxisLayout, _ pending: inout [(AxisLayout, AxisLayout)]
  ) -> Bool {
    let alike = zip(left.segments, right.segments).prefix { $0 == $1 }.count
    if alike > 0 {
      pending.append(
        (
          AxisLayout(Array(left.segments.dropFirst(alike))),
          AxisLayout(Array(right.segments.dropFirst(alike)))
        ))
      return true
    }
    let position = min(size(left.segments[0]), size(right.segments[0]))
    guard let first = cut(left, at: position), let second = cut(right, at: position) else {
      return false
    }
    pending.append((first.1, second.1))
    pending.append((first.0, second.0))
    return true
  }

  /// Matches two products from the outermost factor inwards.
  private mutating func step(
    _ left: AxisLayout.Segment, _ right: AxisLayout.Segment,
    _ pending: inout [(AxisLayout, AxisLayout)]
  ) -> Bool {
    guard let first = left.first, let second = right.first else { return false }
    if left.count == 1, right.count == 1 {
      return step(first, second, &pending)
    }
    let (leftSize, rightSize) = (size(first), size(second))
    if leftSize == rightSize {
      pending.append((AxisLayout([[first]]), AxisLayout([[second]])))
      pending.append(
        (AxisLayout([Array(left.dropFirst())]), AxisLayout([Array(right.dropFirst())])))
      return true
    }
    let isLeftLarger = leftSize > rightSize
    let (large, small) = isLeftLarger ? (left, right) : (right, left)
    let (outerSize, count) = isLeftLarger ? (rightSize, leftSize) : (leftSize, rightSize)
    guard count % outerSize == 0,
      let (outer, inner) = split(large[0], inner: count / outerSize)
    else { return false }
    pending.append((AxisLayout([[outer]]), AxisLayout([[small[0]]])))
    pending.append(
      (AxisLayout([[inner] + large.dropFirst()]), AxisLayout([Array(small.dropFirst())])))
    return true
  }

  private func step(
    _ left: AxisLayout.Factor, _ right: AxisLayout.Factor,
    _ pending: inout [(AxisLayout, AxisLayout)]
  ) -> Bool {
    guard case .interleaved(let first) = left, case .interleaved(let second) = right,
      first.map(size) == second.map(size)
    else { return false }
    pending += zip(first, second)
    return true
  }
}

extension AxisLayout {
  /// The dimension an axis is, when it is one.
  var singleDimension: DimensionID? {
    guard segments.count == 1, segments[0].count == 1, case .dimension(let id) = segments[0][0]
    else { return nil }
    return id
  }
}
