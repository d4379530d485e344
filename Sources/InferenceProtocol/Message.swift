/// Something one side tells the other.
public protocol Message: Equatable, Sendable {
  /// What it is.
  static var kind: MessageKind { get }
  /// Reads it.
  init(from decoder: inout MessageDecoder) throws(ProtocolError)
  /// Writes it.
  func encode(into encoder: inout MessageEncoder)
}

extension Message {
  /// Reads the bytes of one message, all of them; large contents may stand in a room of the other side.
  ///
  /// Throws `ProtocolError` for too few, too many or senseless bytes.
  public init(body: [UInt8], sharing room: SharedRoom? = nil) throws(ProtocolError) {
    var decoder = MessageDecoder(body, sharing: room)
    try self.init(from: &decoder)
    try decoder.finish()
  }

  /// The message behind its header, in pieces one behind the other.
  public var frame: [ArraySlice<UInt8>] { frame(sharing: nil) }

  /// The same with large contents in a room that the other side sees, as far as there is room; what was
  /// there before is lost.
  public func frame(sharing room: SharedRoom?) -> [ArraySlice<UInt8>] {
    var encoder = MessageEncoder(sharing: room)
    encode(into: &encoder)
    let body = encoder.pieces
    let length = body.reduce(0) { $0 + $1.count }
    return [FrameHeader(kind: Self.kind, length: length).bytes[...]] + body
  }
}

/// A header and the bytes behind it, as they were read.
public struct Frame: Sendable {
  /// For how many bytes there is room at first: memory grows with what comes, not with what is claimed.
  private static let firstRoom = 1 << 24

  /// What the message is.
  public let kind: MessageKind
  /// Its bytes.
  public let body: [UInt8]

  /// Reads the next frame; nil when the other side ended between two of them.
  ///
  /// - Parameter receive: fills a part of the buffer and says how much; nothing at the end.
  /// - Throws: `ProtocolError` for an end inside of a frame, and what `receive` throws.
  public init?(receive: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
    let start = try Self.bytes(FrameHeader.byteCount, receive)
    guard !start.isEmpty else { return nil }
    let header = try FrameHeader(start)
    kind = header.kind
    body = try Self.bytes(header.length, receive)
    guard body.count == header.length else { throw ProtocolError("a message that ends early") }
  }

  private static func bytes(
    _ count: Int, _ receive: (UnsafeMutableRawBufferPointer) throws -> Int
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var room = 0
    while bytes.count == room, room < count {
      room = min(count, max(firstRoom, 2 * room))
      let known = bytes
      bytes = try [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        filled = buffer.initialize(fromContentsOf: known)
        while filled < room {
          let rest = UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: buffer[filled..<room]))
          let received = try receive(rest)
          guard received > 0 else { return }
          filled += min(received, rest.count)
        }
      }
    }
    return bytes
  }
}
