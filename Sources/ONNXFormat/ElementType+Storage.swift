internal import ModelGraph

/// How ONNX stores elements of a type in typed fields.
extension ElementType {
  /// The typed field for elements of this type; nil for strings.
  var typedField: ONNXSchema.DataField? {
    switch self {
    case .string: nil
    case .float32, .complex64: .floats
    case .float64, .complex128: .doubles
    case .int64: .int64s
    case .uint32, .uint64: .uint64s
    default: .int32s
    }
  }

  /// True for the types of six bits, which are stored packed or a byte each.
  var isFloat6: Bool { self == .float6E2M3 || self == .float6E3M2 }

  /// The numbers that may stand in an integer field for elements of this type.
  ///
  /// Bit patterns of small floats are unsigned; a byte of several small elements may have either sign.
  var storedNumbers: ClosedRange<Int64> {
    switch self {
    case .bool: 0...1
    case .int8: -128...127
    case .int16: -32768...32767
    case .uint16, .float16, .bfloat16: 0...65535
    case .uint2, .int2, .uint4, .int4, .float4E2M1: -128...255
    case .float6E2M3, .float6E3M2: 0...63
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint32: 0...Int64(UInt32.max)
    case .int64, .uint64: Int64.min...Int64.max
    default: 0...255
    }
  }

  /// How many bytes one number of an integer field stands for; six-bit types are packed later.
  var storedWidth: Int {
    guard let bitWidth, bitWidth > 8 else { return 1 }
    return bitWidth / 8
  }

  /// How many numbers an integer field holds for `count` elements: those of less than six bits share.
  func storedNumberCount(for count: Int) -> Int? {
    isFloat6 ? count : byteCount(of: count).map { $0 / storedWidth }
  }
}
