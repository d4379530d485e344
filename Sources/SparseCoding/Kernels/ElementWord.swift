/// An unsigned integer as wide as an element, and the loops over elements of that width.
///
/// The requirements are implemented once, in extensions; that they are requirements makes the
/// compiler emit each loop specialised for each of the five types. All memory is unaligned and
/// little-endian, and all sizes were checked by the caller.
protocol ElementWord: FixedWidthInteger, UnsignedInteger, Sendable {
  // Zeros (ElementWord+Zeros.swift).
  static func zeroCount(_ source: UnsafeRawBufferPointer) -> Int
  static func makeMask(_ source: UnsafeRawBufferPointer, into mask: UnsafeMutableRawPointer)
  static func compact(
    _ source: UnsafeRawBufferPointer, into values: UnsafeMutableRawPointer,
    positions: UnsafeMutableRawPointer)
  static func scatter(
    _ values: UnsafeRawPointer, mask: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer)
  static func scatter(
    _ values: UnsafeRawPointer, gaps: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer)

  // Zeros with a sign (ElementWord+ZeroSigns.swift).
  static func negativeZeroCount(_ source: UnsafeRawBufferPointer) -> Int
  static func splitZeroSigns(
    _ source: UnsafeRawBufferPointer, into elements: UnsafeMutableRawBufferPointer,
    signs: UnsafeMutableRawBufferPointer
  ) -> Int
  static func setZeroSigns(
    of elements: UnsafeMutableRawBufferPointer, from signs: UnsafeRawBufferPointer)

  // Repeated elements (ElementWord+Repeats.swift).
  static func repeatCount(
    _ source: UnsafeRawBufferPointer, seen: UnsafeMutablePointer<UInt64>
  ) -> Int
  static func splitSigns(
    _ source: UnsafeRawBufferPointer, magnitudes: UnsafeMutableRawBufferPointer,
    signs: UnsafeMutableRawBufferPointer)
  static func setSigns(
    of elements: UnsafeMutableRawBufferPointer, from signs: UnsafeRawBufferPointer
  ) -> Bool

  // Few values (ElementWord+Palette.swift).
  static func palette(
    of source: UnsafeRawBufferPointer, indices: UnsafeMutableRawBufferPointer
  ) -> [UInt8]?
  static func isAscending(_ values: UnsafeRawBufferPointer) -> Bool
  static func lookUp(
    _ indices: UnsafeRawBufferPointer, in values: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) -> Bool

  // Kinds of rows (ElementWord+Rows.swift).
  static func trailingZeroBits(_ source: UnsafeRawBufferPointer, atLeast least: Int) -> Int
  static func meanStep(_ source: UnsafeRawBufferPointer) -> Int

  // Integers (ElementWord+Integers.swift).
  static func forward(
    _ transform: IntegerTransform, _ source: UnsafeRawBufferPointer, base: UInt64,
    into output: UnsafeMutableRawPointer
  ) -> Int
  static func backward(
    _ transform: IntegerTransform, _ values: UnsafeMutableRawBufferPointer, base: UInt64)
  static func base(
    of transform: IntegerTransform, _ source: UnsafeRawBufferPointer, signed: Bool
  ) -> UInt64

  // N:M groups (ElementWord+Groups.swift).
  static func groupMasks(
    _ source: UnsafeRawBufferPointer, _ shape: PatternShape, into masks: UnsafeMutableRawPointer
  ) -> Bool
  static func gather(
    _ source: UnsafeRawBufferPointer, _ shape: PatternShape, masks: UnsafeRawPointer,
    into values: UnsafeMutableRawPointer)
  static func scatter(
    _ values: UnsafeRawPointer, _ shape: PatternShape, masks: UnsafeRawPointer,
    into output: UnsafeMutableRawBufferPointer)
}

extension UInt8: ElementWord {}
extension UInt16: ElementWord {}
extension UInt32: ElementWord {}
extension UInt64: ElementWord {}
extension UInt128: ElementWord {}

/// The type whose kernels work on elements of a width.
func elementWord(ofWidth width: Int) -> (any ElementWord.Type)? {
  switch width {
  case 1: UInt8.self
  case 2: UInt16.self
  case 4: UInt32.self
  case 8: UInt64.self
  case 16: UInt128.self
  default: nil
  }
}

extension ElementWord {
  /// Bytes of one element.
  @inline(__always)
  static var width: Int { MemoryLayout<Self>.size }

  /// The element with this index.
  @inline(__always)
  static func load(_ base: UnsafeRawPointer, _ index: Int) -> Self {
    Self(littleEndian: base.loadUnaligned(fromByteOffset: index &* width, as: Self.self))
  }

  /// Writes the element with this index.
  @inline(__always)
  static func store(_ value: Self, _ base: UnsafeMutableRawPointer, _ index: Int) {
    base.storeBytes(of: value.littleEndian, toByteOffset: index &* width, as: Self.self)
  }

  /// 1 for an element with any bit set, else 0; arithmetic, because a branch would be mispredicted.
  @inline(__always)
  static func nonZeroBit(_ element: Self) -> Self {
    (element | (0 &- element)) &>> Self(truncatingIfNeeded: bitWidth - 1)
  }
}
