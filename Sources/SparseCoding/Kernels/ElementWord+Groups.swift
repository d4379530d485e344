extension ElementWord {
  /// Writes for each group (UInt16) the bits of its non-zero elements, first element lowest.
  static func groupMasks(
    _ source: UnsafeRawBufferPointer, group: Int, stride: Int, into masks: UnsafeMutableRawPointer
  ) {
    guard let base = source.baseAddress else { return }
    guard stride > 1 else {
      for index in 0..<(source.count / width / group) {
        var mask: UInt16 = 0
        for member in 0..<group {
          let bit: UInt16 = load(base, index &* group &+ member) != 0 ? 1 : 0
          mask |= bit &<< UInt16(truncatingIfNeeded: member)
        }
        UInt16.store(mask, masks, index)
      }
      return
    }
    let block = group * stride
    for start in Swift.stride(from: 0, to: source.count / width, by: block) {
      let first = start / group
      for lane in 0..<stride { UInt16.store(0, masks, first &+ lane) }
      for member in 0..<group {
        let row = start &+ member &* stride
        for lane in 0..<stride {
          let bit: UInt16 = load(base, row &+ lane) != 0 ? 1 : 0
          let mask = UInt16.load(masks, first &+ lane)
          let moved = bit &<< UInt16(truncatingIfNeeded: member)
          UInt16.store(mask | moved, masks, first &+ lane)
        }
      }
    }
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
