/// Writes the parts of a message: numbers little-endian, everything else behind its length.
public struct MessageEncoder: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// Starts an empty message.
  public init() {}

  /// Adds a number.
  public mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a text.
  public mutating func add(_ text: String) {
    add(Array(text.utf8))
  }

  /// Adds bytes.
  public mutating func add(_ contents: [UInt8]) {
    add(UInt64(contents.count))
    bytes.append(contentsOf: contents)
  }

  /// Adds a list.
  public mutating func add<Element>(
    list: [Element], _ encode: (Element, inout MessageEncoder) -> Void
  ) {
    add(UInt32(truncatingIfNeeded: list.count))
    for element in list { encode(element, &self) }
  }
}
