/// Protobuf messages written field by field, as odd as a test wants them.
public struct WireBytes: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// Makes an empty message.
  public init() {}

  /// Makes a message of fields.
  public init(_ build: (inout WireBytes) -> Void) {
    build(&self)
  }

  /// The bytes of a number.
  public static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var result: [UInt8] = []
    while rest >= 0x80 {
      result.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }

  /// Appends bytes as they are.
  public mutating func raw(_ more: [UInt8]) {
    bytes += more
  }

  /// Appends a tag.
  public mutating func tag(_ number: Int, _ wireType: Int) {
    bytes += Self.varint(UInt64(number << 3 | wireType))
  }

  /// Appends a number, negative ones in ten bytes.
  public mutating func int(_ number: Int, _ value: Int64) {
    tag(number, 0)
    bytes += Self.varint(UInt64(bitPattern: value))
  }

  /// Appends a length-delimited value.
  public mutating func data(_ number: Int, _ value: [UInt8]) {
    tag(number, 2)
    bytes += Self.varint(UInt64(value.count)) + value
  }

  /// Appends a text.
  public mutating func text(_ number: Int, _ value: String) {
    data(number, Array(value.utf8))
  }

  /// Appends a message.
  public mutating func message(_ number: Int, _ build: (inout WireBytes) -> Void) {
    data(number, WireBytes(build).bytes)
  }

  /// Appends packed numbers.
  public mutating func packed(_ number: Int, _ values: [Int64]) {
    data(number, values.flatMap { Self.varint(UInt64(bitPattern: $0)) })
  }
}

/// The bytes of numbers, little-endian.
public func littleEndian(_ values: [Float]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
}
