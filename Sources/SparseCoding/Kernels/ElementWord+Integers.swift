/// What happens to integers before they are cut into planes; the numbers stand in files.
enum IntegerTransform: UInt8, CaseIterable {
  /// Nothing.
  case none = 0
  /// Small magnitudes become small numbers: 0, -1, 1, -2, 2 … become 0, 1, 2, 3, 4 …
  case zigzag = 1
  /// The distance from a base, the smallest element.
  case offset = 2
  /// Zigzag of the difference from the element before, modulo 2^bits; a base comes before the first.
  case difference = 3

  /// True when the base is written, too.
  var hasBase: Bool { self == .offset || self == .difference }
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
    _ transform: IntegerTransform, _ source: UnsafeRawBufferPointer, base: UInt64,
    into output: UnsafeMutableRawPointer
  ) -> Int {
    guard let first = source.baseAddress else { return 1 }
    let base = Self(truncatingIfNeeded: base)
    var previous = base
    var used: Self = 0
    for index in 0..<(source.count / width) {
      let element = load(first, index)
      let value: Self =
        switch transform {
        case .none: element
        case .zigzag: zigzag(element)
        case .offset: element &- base
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
    _ transform: IntegerTransform, _ values: UnsafeMutableRawBufferPointer, base: UInt64
  ) {
    guard let first = values.baseAddress else { return }
    let base = Self(truncatingIfNeeded: base)
    var previous = base
    for index in 0..<(values.count / width) {
      let value = load(first, index)
      let element: Self =
        switch transform {
        case .none: value
        case .zigzag: unzigzag(value)
        case .offset: value &+ base
        case .difference: previous &+ unzigzag(value)
        }
      previous = element
      store(element, first, index)
    }
  }

  /// The base a transform needs: the smallest element, in an order with or without sign, or the
  /// first one.
  static func base(
    of transform: IntegerTransform, _ source: UnsafeRawBufferPointer, signed: Bool
  ) -> UInt64 {
    guard let first = source.baseAddress, source.count >= width, transform.hasBase else { return 0 }
    guard transform == .offset else { return UInt64(truncatingIfNeeded: load(first, 0)) }
    // Flipping the sign bit turns the signed order into the unsigned one.
    let flip: Self = signed ? 1 &<< Self(truncatingIfNeeded: bitWidth - 1) : 0
    var lowest = Self.max
    for index in 0..<(source.count / width) {
      lowest = Swift.min(lowest, load(first, index) ^ flip)
    }
    return UInt64(truncatingIfNeeded: lowest ^ flip)
  }
}
