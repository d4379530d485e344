internal import ByteStorage
internal import ModelGraph

/// The head of a .npy file: what NumPy needs to know before the elements.
///
/// Source: NEP 1, "A simple file format for NumPy arrays", version 1.0.
struct ArrayHeader {
  private static let alignment = 64

  let tensor: Tensor

  /// Magic, version, the length of the rest, and a Python dictionary filled up with blanks.
  ///
  /// - Throws: `ConversionError.badOption` when the dictionary takes more than 65,535 bytes.
  func bytes() throws(ConversionError) -> [UInt8] {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    let fields = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let start = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }) + [1, 0]
    let used = start.count + 2 + fields.utf8.count + 1
    let blanks = (Self.alignment - used % Self.alignment) % Self.alignment
    guard let length = UInt16(exactly: fields.utf8.count + blanks + 1) else {
      throw .badOption("a shape of \(shape.count) dimensions", hint: "extract it as .bin")
    }
    return start + [UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array((fields + String(repeating: " ", count: blanks) + "\n").utf8)
  }

  /// True when NumPy has the element type; others are given as bytes of their width.
  var isExact: Bool { Self.descriptors[tensor.elementType] != nil }

  /// Elements of less than a byte stay packed, in one dimension.
  private var shape: [Int] {
    (tensor.elementType.bitWidth ?? 0) % 8 == 0
      ? tensor.shape.dimensions : [tensor.contents.byteCount]
  }

  private var descriptor: String {
    let bytes = max(1, (tensor.elementType.bitWidth ?? 8) / 8)
    return Self.descriptors[tensor.elementType] ?? (bytes == 1 ? "|V1" : "<V\(bytes)")
  }

  private static let descriptors: [ElementType: String] = [
    .float32: "<f4", .float64: "<f8", .float16: "<f2", .complex64: "<c8", .complex128: "<c16",
    .int8: "|i1", .int16: "<i2", .int32: "<i4", .int64: "<i8", .bool: "|b1",
    .uint8: "|u1", .uint16: "<u2", .uint32: "<u4", .uint64: "<u8",
  ]
}
