internal import ModelGraph

/// Magnitudes of floating-point elements as the bits of a `Float`.
///
/// Up to 32 bits a magnitude is widened exactly. 64-bit numbers are rounded to the nearest `Float`,
/// but never to zero.
enum FloatKeys {
  static func write(
    _ bytes: UnsafeRawBufferPointer, _ type: ElementType, count: Int,
    into keys: UnsafeMutablePointer<UInt32>
  ) {
    guard let base = bytes.baseAddress else { return }
    switch type {
    case .float32: float32(base, count, keys)
    case .float16: float16(base, count, keys)
    case .bfloat16: bfloat16(base, count, keys)
    case .float64: float64(base, count, keys)
    default:
      guard let format = SmallFloat(type) else { return }
      small(base, count, format, keys)
    }
  }

  @inline(__always)
  static func key(_ magnitude: UInt32) -> UInt32 {
    magnitude > Float.infinity.bitPattern ? SaliencyKey.notANumber : magnitude
  }

  private static func float32(
    _ base: UnsafeRawPointer, _ count: Int, _ keys: UnsafeMutablePointer<UInt32>
  ) {
    for index in 0..<count {
      let bits = base.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      keys[index] = key(UInt32(littleEndian: bits) & 0x7FFF_FFFF)
    }
  }

  private static func bfloat16(
    _ base: UnsafeRawPointer, _ count: Int, _ keys: UnsafeMutablePointer<UInt32>
  ) {
    for index in 0..<count {
      let bits = base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
      keys[index] = key(UInt32(UInt16(littleEndian: bits) & 0x7FFF) << 16)
    }
  }

  private static func float16(
    _ base: UnsafeRawPointer, _ count: Int, _ keys: UnsafeMutablePointer<UInt32>
  ) {
    for index in 0..<count {
      let stored = base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
      let bits = UInt32(UInt16(littleEndian: stored) & 0x7FFF)
      // The exponent of a Float is biased by 112 more; the product is exact, subnormals included.
      let widened = (Float(bitPattern: bits << 13) * 0x1p112).bitPattern
      let infinite =
        bits == 0x7C00 ? Float.infinity.bitPattern : SaliencyKey.notANumber
      keys[index] = bits < 0x7C00 ? widened : infinite
    }
  }

  private static func float64(
    _ base: UnsafeRawPointer, _ count: Int, _ keys: UnsafeMutablePointer<UInt32>
  ) {
    for index in 0..<count {
      let stored = base.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
      let bits = UInt64(littleEndian: stored) & 0x7FFF_FFFF_FFFF_FFFF
      let rounded = key(Float(Double(bitPattern: bits)).bitPattern & 0x7FFF_FFFF)
      keys[index] = bits == 0 ? 0 : max(rounded, 1)
    }
  }

  private static func small(
    _ base: UnsafeRawPointer, _ count: Int, _ format: SmallFloat,
    _ keys: UnsafeMutablePointer<UInt32>
  ) {
    let table = format.magnitudes
    let width = format.bitWidth
    table.withUnsafeBufferPointer { table in
      for index in 0..<count {
        keys[index] = table[Int(PackedBits.value(at: index, width: width, of: base))]
      }
    }
  }
}

/// Elements of up to eight bits that are packed from the lowest bit on.
package enum PackedBits {
  @inline(__always)
  package static func value(at index: Int, width: Int, of base: UnsafeRawPointer) -> UInt8 {
    let bit = index * width
    let byte = bit >> 3
    let shift = bit & 7
    var word = UInt16(base.load(fromByteOffset: byte, as: UInt8.self))
    if shift + width > 8 {
      word |= UInt16(base.load(fromByteOffset: byte + 1, as: UInt8.self)) << 8
    }
    return UInt8(truncatingIfNeeded: word >> UInt16(shift)) & (0xFF >> UInt8(8 - width))
  }
}

/// A floating-point format of up to eight bits, given by its parts (OCP OFP8 and MX specifications;
/// the FNUZ variants after Noune et al.
///
/// 2022).
struct SmallFloat {
  let exponentBits: Int
  let mantissaBits: Int
  let bias: Int
  /// What the codes at the upper end stand for.
  let specials: Specials

  enum Specials {
    /// Numbers only.
    case none
    /// The largest exponent is infinity and NaN, as in IEEE 754.
    case infinities
    /// Only the code of ones is NaN.
    case lastCode
    /// Only the code of negative zero is NaN.
    case negativeZero
  }

  init?(_ type: ElementType) {
    switch type {
    case .float8E4M3FN: self.init(4, 3, bias: 7, .lastCode)
    case .float8E4M3FNUZ: self.init(4, 3, bias: 8, .negativeZero)
    case .float8E5M2: self.init(5, 2, bias: 15, .infinities)
    case .float8E5M2FNUZ: self.init(5, 2, bias: 16, .negativeZero)
    case .float8E8M0: self.init(8, 0, bias: 127, .lastCode)
    case .float6E2M3: self.init(2, 3, bias: 1, .none)
    case .float6E3M2: self.init(3, 2, bias: 3, .none)
    case .float4E2M1: self.init(2, 1, bias: 1, .none)
    default: return nil
    }
  }

  private init(_ exponentBits: Int, _ mantissaBits: Int, bias: Int, _ specials: Specials) {
    self.exponentBits = exponentBits
    self.mantissaBits = mantissaBits
    self.bias = bias
    self.specials = specials
  }

  /// True for all but E8M0, which has scales only.
  private var hasSign: Bool { exponentBits < 8 }
  var bitWidth: Int { exponentBits + mantissaBits + (hasSign ? 1 : 0) }

  /// The key of each code.
  var magnitudes: [UInt32] { (0..<1 << bitWidth).map(magnitude) }

  private func magnitude(_ code: Int) -> UInt32 {
    let signBit = hasSign ? 1 << (exponentBits + mantissaBits) : 0
    let bits = code & ~signBit
    let exponent = bits >> mantissaBits
    let mantissa = bits & ((1 << mantissaBits) - 1)
    let largestExponent = (1 << exponentBits) - 1
    switch specials {
    case .infinities where exponent == largestExponent:
      return mantissa == 0 ? Float.infinity.bitPattern : SaliencyKey.notANumber
    case .lastCode where exponent == largestExponent && mantissa == (1 << mantissaBits) - 1:
      return SaliencyKey.notANumber
    case .negativeZero where code == signBit:
      return SaliencyKey.notANumber
    default:
      return Self.value(exponent, mantissa, of: self).bitPattern
    }
  }

  private static func value(_ exponent: Int, _ mantissa: Int, of format: SmallFloat) -> Float {
    let isSubnormal = exponent == 0 && format.hasSign
    let significand = isSubnormal ? mantissa : mantissa + 1 << format.mantissaBits
    let power = max(exponent, isSubnormal ? 1 : 0) - format.bias - format.mantissaBits
    return Float(sign: .plus, exponent: power, significand: Float(significand))
  }
}
