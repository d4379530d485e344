/// What one element of a tensor is.
///
/// The numbers are those of ONNX's data types and stand in files.
public enum ElementType: UInt8, Sendable, CaseIterable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case string = 8
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case complex64 = 14
  case complex128 = 15
  case bfloat16 = 16
  case float8E4M3FN = 17
  case float8E4M3FNUZ = 18
  case float8E5M2 = 19
  case float8E5M2FNUZ = 20
  case uint4 = 21
  case int4 = 22
  case float4E2M1 = 23
  case float8E8M0 = 24
  case uint2 = 25
  case int2 = 26
  case float6E2M3 = 27
  case float6E3M2 = 28
}

extension ElementType {
  /// How many bits an element takes in packed storage; nil for strings.
  public var bitWidth: Int? {
    switch self {
    case .string: nil
    case .uint2, .int2: 2
    case .uint4, .int4, .float4E2M1: 4
    case .float6E2M3, .float6E3M2: 6
    case .uint8, .int8, .bool, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2, .float8E5M2FNUZ,
      .float8E8M0:
      8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float32, .uint32, .int32: 32
    case .float64, .uint64, .int64, .complex64: 64
    case .complex128: 128
    }
  }

  /// True for the real floating-point types.
  public var isFloat: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16, .float8E4M3FN, .float8E4M3FNUZ, .float8E5M2,
      .float8E5M2FNUZ, .float8E8M0, .float4E2M1, .float6E2M3, .float6E3M2:
      true
    default:
      false
    }
  }

  /// True for the integer types, bool not among them.
  public var isInteger: Bool {
    switch self {
    case .uint2, .int2, .uint4, .int4, .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64,
      .int64:
      true
    default:
      false
    }
  }

  /// How many bytes `count` elements take when packed; nil when it overflows or for strings.
  public func byteCount(of count: Int) -> Int? {
    guard let bitWidth else { return nil }
    let (bits, overflow) = count.multipliedReportingOverflow(by: bitWidth)
    if !overflow { return bits / 8 + (bits % 8 == 0 ? 0 : 1) }
    guard bitWidth >= 8 else { return nil }
    let (bytes, tooMany) = count.multipliedReportingOverflow(by: bitWidth / 8)
    return tooMany ? nil : bytes
  }

  /// The short name used in tables and reports, such as `float32`.
  public var name: String { "\(self)" }
}
