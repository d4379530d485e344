/// What happens to integers before they are cut into planes; the numbers stand in files.
enum IntegerTransform: UInt8, CaseIterable {
  /// Nothing.
  case none = 0
  /// Small magnitudes become small numbers: 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …
  case zigzag = 1
  /// The distance from the smallest element.
  case offset = 2
  /// Zigzag of the difference from the element before (zero before the first), modulo 2^bits.
  case difference = 3
}

extension ElementWord {
  @inline(__always)
  private static func zigzag(_ value: Self) -> Self {
    (value &<< 1) ^ (0 &- (value &>> Self(truncatingIfNeeded: bitWidth - 1)))
  }

  @inline(__always)
  private static func unzigzag(_ value: Self) -> Self {
    (value &>> 1) ^ (0 &- (value & 1))
  }

  /// Writes the transformed elements; returns how many of their low bytes are in use, at least 1.
  static func forward(
    _ transform: IntegerTransform, _ source: UnsafeRawBufferPointer, minimum: UInt64,
    into output: UnsafeMutableRawPointer
  ) -> Int {
    guard let base = source.baseAddress else { return 1 }
    let lowest = Self(truncatingIfNeeded: minimum)
    var previous: Self = 0
    var used: Self = 0
    for index in 0..<(source.count / width) {
      let element = load(base, index)
      let value: Self =
        switch transform {
        case .none: element
        case .zigzag: zigzag(element)
        case .offset: element &- lowest
        case .difference: zigzag(element &- previous)
        }
      previous = element
      used |= value
      store(value, output, index)
    }
    return Swift.max(1, (bitWidth - used.leadingZeroBitCount + 7) / 8)
  }

  /// Undoes `forward` in place.
  static func backward(
    _ transform: IntegerTransform, _ values: UnsafeMutableRawBufferPointer, minimum: UInt64
  ) {
    guard let base = values.baseAddress else { return }
    let lowest = Self(truncatingIfNeeded: minimum)
    var previous: Self = 0
    for index in 0..<(values.count / width) {
      let value = load(base, index)
      let element: Self =
        switch transform {
        case .none: value
        case .zigzag: unzigzag(value)
        case .offset: value &+ lowest
        case .difference: previous &+ unzigzag(value)
        }
      previous = element
      store(element, base, index)
    }
  }

  /// The bits of the smallest element, in an order with or without sign; 0 when there is none.
  static func minimum(_ source: UnsafeRawBufferPointer, signed: Bool) -> UInt64 {
    guard let base = source.baseAddress, source.count >= width else { return 0 }
    // Flipping the sign bit turns the signed order into the unsigned one.
    let flip: Self = signed ? 1 &<< Self(truncatingIfNeeded: bitWidth - 1) : 0
    var lowest = Self.max
    for index in 0..<(source.count / width) {
      lowest = Swift.min(lowest, load(base, index) ^ flip)
    }
    return UInt64(truncatingIfNeeded: lowest ^ flip)
  }
}
