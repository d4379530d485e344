internal import ModelGraph
internal import Pruning

/// The numbers that elements of up to 16 bits stand for, by their bits.
struct ElementNumbers {
  /// One number for each code; NaN and infinities among them.
  let table: [Float]

  /// Nil for elements of more than 16 bits and for strings.
  init?(_ type: ElementType) {
    guard let width = type.bitWidth, width <= 16 else { return nil }
    let codes = 0..<1 << width
    switch type {
    case .float16: table = codes.map { Float(Float16(bitPattern: UInt16($0))) }
    case .bfloat16: table = codes.map { Float(bitPattern: UInt32($0) << 16) }
    case .int2, .int4, .int8, .int16:
      let half = 1 << (width - 1)
      table = codes.map { Float($0 < half ? $0 : $0 - 2 * half) }
    case _ where type.isFloat: table = Self.smallFloats(type, width: width)
    default: table = codes.map { Float($0) }
    }
  }

  /// The criterion knows the magnitudes of all formats; the sign is the highest bit.
  private static func smallFloats(_ type: ElementType, width: Int) -> [Float] {
    let count = 1 << width
    var packed = [UInt8](repeating: 0, count: count * width / 8)
    for bit in 0..<count * width where (bit / width) >> (bit % width) & 1 == 1 {
      packed[bit / 8] |= 1 << UInt8(bit % 8)
    }
    var keys = [UInt32](repeating: 0, count: count)
    packed.withUnsafeBytes { packed in
      keys.withUnsafeMutableBufferPointer { keys in
        guard let target = keys.baseAddress else { return }
        let chunk = WeightChunk(
          bytes: packed, elementType: type, tensor: TensorID(0), start: 0, count: count)
        MagnitudeCriterion().scores(of: chunk, into: target)
      }
    }
    return keys.enumerated().map { code, key in
      let magnitude = key == SaliencyKey.notANumber ? .nan : Float(bitPattern: key)
      let isNegative = type != .float8E8M0 && code >= count / 2
      return isNegative ? -magnitude : magnitude
    }
  }
}
