/// Reads the parts of a message; every length is checked against the bytes that are there.
public struct MessageDecoder: Sendable {
  private let bytes: [UInt8]
  private let room: SharedRoom?
  private var position = 0

  /// Starts at the first byte; large contents may stand in a room of the other side.
  public init(_ bytes: [UInt8], sharing room: SharedRoom? = nil) {
    self.bytes = bytes
    self.room = room
  }

  /// The next number.
  public mutating func number<Number: FixedWidthInteger>(
    _: Number.Type
  ) throws(ProtocolError) -> Number {
    let size = MemoryLayout<Number>.size
    guard bytes.count - position >= size else { throw ProtocolError("a number that ends early") }
    let value = bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: position, as: Number.self)
    }
    position += size
    return Number(littleEndian: value)
  }

  /// The next bytes, which are not copied.
  public mutating func contents() throws(ProtocolError) -> ArraySlice<UInt8> {
    let length = try number(UInt64.self)
    guard length <= UInt64(bytes.count - position) else {
      throw ProtocolError("\(length) bytes where \(bytes.count - position) are left")
    }
    defer { position += Int(length) }
    return bytes[position..<position + Int(length)]
  }

  /// The next contents of an array, which are not copied.
  mutating func arrayContents() throws(ProtocolError) -> ArrayContents {
    let start = position
    let length = try number(UInt64.self)
    guard length & MessageEncoder.isShared != 0 else {
      position = start
      return ArrayContents(try contents())
    }
    let place = try number(UInt64.self)
    guard let contents = room?.contents(at: place, count: length ^ MessageEncoder.isShared) else {
      throw ProtocolError("contents outside of the shared memory")
    }
    return contents
  }

  /// The next text; bytes that are not UTF-8 become U+FFFD.
  public mutating func text() throws(ProtocolError) -> String {
    String(decoding: try contents(), as: UTF8.self)
  }

  /// The next list; every element takes a byte or more, so no claim goes beyond what is there.
  public mutating func list<Element>(
    _ decode: (inout MessageDecoder) throws(ProtocolError) -> Element
  ) throws(ProtocolError) -> [Element] {
    let count = try number(UInt32.self)
    guard Int(count) <= bytes.count - position else {
      throw ProtocolError("a list of \(count) where \(bytes.count - position) bytes are left")
    }
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try decode(&self)) }
    return elements
  }

  /// Checks that nothing is left.
  public func finish() throws(ProtocolError) {
    guard position == bytes.count else {
      throw ProtocolError("\(bytes.count - position) bytes behind the end of a message")
    }
  }
}
