internal import ModelGraph

/// The head of a .npy file.
///
/// Source: NEP 1, "A simple file format for NumPy arrays", versions 1.0 to 3.0.
struct NPYHeader: Equatable {
  /// The most bytes of the head; NumPy itself reads no more than 10,000 without being told.
  static let mostBytes = 1 << 16

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let elementType: ElementType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: Shape
  /// Where the elements begin.
  let contentsOffset: Int

  /// True when a file begins like a .npy file.
  static func isMagic(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads the head of a file's bytes; `name` is for messages.
  ///
  /// - Throws: `NumPyError`, of its own kind for types that are never read.
  init(_ bytes: [UInt8], name: String) throws(NumPyError) {
    let head = try Self.dictionary(bytes, name)
    contentsOffset = head.upperBound
    let fields: ArrayFields
    do {
      fields = try ArrayFields(bytes[head])
    } catch {
      throw error == .record
        ? .unreadableType(name, type: "record")
        : .badArray(name, reason: "its head is no dictionary of descr, fortran_order and shape")
    }
    guard let type = Self.types[String(fields.type.dropFirst())] else {
      throw .unreadableType(name, type: fields.type)
    }
    let width = (type.bitWidth ?? 8) / 8
    switch fields.type.first {
    case "<": isBigEndian = false
    case ">": isBigEndian = width > 1
    case "|" where width == 1: isBigEndian = false
    default: throw .unreadableType(name, type: fields.type)
    }
    guard let shape = Shape(fields.shape) else {
      throw .badArray(name, reason: "its shape has too many dimensions or elements")
    }
    (elementType, isFortranOrder, self.shape) = (type, fields.isFortranOrder, shape)
  }

  /// Where the dictionary stands.
  private static func dictionary(
    _ bytes: [UInt8], _ name: String
  ) throws(NumPyError) -> Range<Int> {
    guard isMagic(bytes), bytes.count >= magic.count + 4 else {
      throw .badArray(name, reason: "it does not begin like a .npy file")
    }
    let version = (bytes[magic.count], bytes[magic.count + 1])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw .badArray(name, reason: "version \(version.0).\(version.1) is not known")
    }
    let lengthBytes = version.0 == 1 ? 2 : 4
    let start = magic.count + 2 + lengthBytes
    guard bytes.count >= start else { throw .badArray(name, reason: "it ends in its head") }
    let length = bytes[magic.count + 2..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= mostBytes, length <= bytes.count - start else {
      throw .badArray(name, reason: "its head of \(length) bytes is too long")
    }
    return start..<start + length
  }

  private static let types: [String: ElementType] = [
    "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32,
    "i8": .int64, "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
  ]
}
