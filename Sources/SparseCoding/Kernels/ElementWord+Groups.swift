extension ElementWord {
  /// Writes a pattern for each group (UInt16, first element lowest): the bits of its non-zero
  /// elements, filled up from the lowest to `kept`; false when a group has more than that.
  static func groupMasks(
    _ source: UnsafeRawBufferPointer, _ shape: PatternShape, into masks: UnsafeMutableRawPointer
  ) -> Bool {
    guard let base = source.baseAddress else { return false }
    let groups = source.count / width / shape.group
    guard shape.stride > 1 else {
      for group in 0..<groups {
        UInt16.store(adjacentBits(base, group &* shape.group, shape.group), masks, group)
        guard fill(masks, group, upTo: shape.kept) else { return false }
      }
      return true
    }
    for first in Swift.stride(from: 0, to: groups, by: shape.stride) {
      for group in first..<(first &+ shape.stride) { UInt16.store(0, masks, group) }
      addBits(base, shape, first, masks)
      for group in first..<(first &+ shape.stride) {
        guard fill(masks, group, upTo: shape.kept) else { return false }
      }
    }
    return true
  }

  /// The bits of one group's non-zero elements when they are neighbours.
  @inline(__always)
  private static func adjacentBits(
    _ base: UnsafeRawPointer, _ first: Int, _ count: Int
  ) -> UInt16 {
    var mask: UInt16 = 0
    for member in 0..<count {
      let bit = UInt16(truncatingIfNeeded: nonZeroBit(load(base, first &+ member)))
      mask |= bit &<< UInt16(truncatingIfNeeded: member)
    }
    return mask
  }

  /// Adds the bits of a block's non-zero elements, which begin with group `first`, in memory order.
  @inline(__always)
  private static func addBits(
    _ base: UnsafeRawPointer, _ shape: PatternShape, _ first: Int, _ masks: UnsafeMutableRawPointer
  ) {
    var row = first &* shape.group
    for member in 0..<shape.group {
      for lane in 0..<shape.stride {
        let bit = UInt16(truncatingIfNeeded: nonZeroBit(load(base, row &+ lane)))
        let moved = bit &<< UInt16(truncatingIfNeeded: member)
        UInt16.store(UInt16.load(masks, first &+ lane) | moved, masks, first &+ lane)
      }
      row &+= shape.stride
    }
  }

  /// Sets the lowest free bits of a group's mask until it has `kept`; false when it has more.
  @inline(__always)
  private static func fill(
    _ masks: UnsafeMutableRawPointer, _ group: Int, upTo kept: Int
  ) -> Bool {
    var mask = UInt16.load(masks, group)
    var bits = mask.nonzeroBitCount
    guard bits != kept else { return true }
    while bits < kept {
      mask |= mask &+ 1
      bits &+= 1
    }
    UInt16.store(mask, masks, group)
    return bits == kept
  }

  /// Writes the elements the masks name, group after group.
  static func gather(
    _ source: UnsafeRawBufferPointer, _ shape: PatternShape, masks: UnsafeRawPointer,
    into values: UnsafeMutableRawPointer
  ) {
    guard let base = source.baseAddress else { return }
    var next = 0
    for group in 0..<(source.count / width / shape.group) {
      let first = shape.firstElement(ofGroup: group)
      var mask = UInt16.load(masks, group)
      while mask != 0 {
        store(load(base, first &+ mask.trailingZeroBitCount &* shape.stride), values, next)
        next &+= 1
        mask &= mask &- 1
      }
    }
  }

  /// The way back from `gather`, over an output of zeros.
  static func scatter(
    _ values: UnsafeRawPointer, _ shape: PatternShape, masks: UnsafeRawPointer,
    into output: UnsafeMutableRawBufferPointer
  ) {
    guard let base = output.baseAddress else { return }
    var next = 0
    for group in 0..<(output.count / width / shape.group) {
      let first = shape.firstElement(ofGroup: group)
      var mask = UInt16.load(masks, group)
      while mask != 0 {
        store(load(values, next), base, first &+ mask.trailingZeroBitCount &* shape.stride)
        next &+= 1
        mask &= mask &- 1
      }
    }
  }
}
