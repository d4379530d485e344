/// Writes the parts of a message: numbers little-endian, everything else behind its length.
public struct MessageEncoder: Sendable {
  /// Contents of at least so many bytes are a piece of their own, which costs no copy.
  private static let smallestPiece = 1 << 12

  private var complete: [ArraySlice<UInt8>] = []
  private var last: [UInt8] = []

  /// Starts an empty message.
  public init() {}

  /// The bytes so far, in pieces one behind the other.
  public var pieces: [ArraySlice<UInt8>] { complete + [last[...]] }

  /// Adds a number.
  public mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { last.append(contentsOf: $0) }
  }

  /// Adds a text.
  public mutating func add(_ text: String) {
    add(Array(text.utf8)[...])
  }

  /// Adds bytes.
  public mutating func add(_ contents: ArraySlice<UInt8>) {
    add(UInt64(contents.count))
    guard contents.count >= Self.smallestPiece else { return last.append(contentsOf: contents) }
    complete += [last[...], contents]
    last = []
  }

  /// Adds a list.
  public mutating func add<Element>(
    list: [Element], _ encode: (Element, inout MessageEncoder) -> Void
  ) {
    add(UInt32(truncatingIfNeeded: list.count))
    for element in list { encode(element, &self) }
  }
}
