public import ModelGraph

/// Writes the head of a .npy file: what NumPy needs to know before the elements.
///
/// Source: NEP 1, "A simple file format for NumPy arrays", version 1.0.
public enum NPYHead {
  private static let alignment = 64

  /// Magic, version, the length of the rest, and a Python dictionary filled up with blanks; nil when
  /// that takes more than 65,535 bytes.
  ///
  /// `descriptor` is NumPy's name of the elements' type, such as `<f4`.
  public static func bytes(descriptor: String, dimensions: [Int]) -> [UInt8]? {
    let sizes = dimensions.map { "\($0)," }.joined(separator: " ")
    let fields = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let start = Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }) + [1, 0]
    let used = start.count + 2 + fields.utf8.count + 1
    let blanks = (alignment - used % alignment) % alignment
    guard let length = UInt16(exactly: fields.utf8.count + blanks + 1) else { return nil }
    return start + [UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array((fields + String(repeating: " ", count: blanks) + "\n").utf8)
  }

  /// NumPy's name of an element type, little-endian; nil when it has none.
  public static func descriptor(of type: ElementType) -> String? { descriptors[type] }

  private static let descriptors: [ElementType: String] = [
    .float32: "<f4", .float64: "<f8", .float16: "<f2", .complex64: "<c8", .complex128: "<c16",
    .int8: "|i1", .int16: "<i2", .int32: "<i4", .int64: "<i8", .bool: "|b1",
    .uint8: "|u1", .uint16: "<u2", .uint32: "<u4", .uint64: "<u8",
  ]
}
