internal import ModelGraph
internal import Pruning

/// The number that each code of an element type of up to 16 bits stands for.
struct NarrowNumbers: Sendable {
  /// The numbers by code; NaN where a code is no number.
  let values: [Double]

  /// Nil for wider types, and for strings.
  init?(_ type: ElementType) {
    guard let width = type.bitWidth, width <= 16 else { return nil }
    let codes = Self.everyCode(width: width)
    values = codes.withUnsafeBytes { bytes in
      type.isFloat
        ? Self.floats(bytes, type, count: 1 << width)
        : (0..<1 << width).map { code in
          Double(IntegerElements.value(at: code, of: bytes, type == .bool ? .uint8 : type))
        }
    }
  }

  /// All codes in order, packed as a tensor packs its elements.
  private static func everyCode(width: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(1, (width << width) / 8))
    for code in 0..<1 << width {
      let bit = code * width
      let word = UInt32(code) << UInt32(bit & 7)
      for place in 0..<3 where bit >> 3 + place < bytes.count {
        bytes[bit >> 3 + place] |= UInt8(truncatingIfNeeded: word >> UInt32(8 * place))
      }
    }
    return bytes
  }

  /// Magnitudes as pruning ranks them, with their signs.
  private static func floats(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, count: Int
  ) -> [Double] {
    var keys = [UInt32](repeating: 0, count: count)
    let chunk = WeightChunk(
      bytes: bytes, elementType: type, tensor: TensorID(0), start: 0, count: count)
    keys.withUnsafeMutableBufferPointer { keys in
      guard let start = keys.baseAddress else { return }
      MagnitudeCriterion().scores(of: chunk, into: start)
    }
    return keys.enumerated().map { code, key in
      let magnitude = Double(Float(bitPattern: key))
      let isNegative = type != .float8E8M0 && code >= count / 2
      return isNegative ? -magnitude : magnitude
    }
  }
}
