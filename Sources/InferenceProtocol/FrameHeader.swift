/// What stands before each message: a mark, the kind of message and how many bytes it has.
public struct FrameHeader: Equatable, Sendable {
  /// The bytes of a header.
  public static let byteCount = 16
  /// The most bytes of a message.
  public static let mostBytes = 1 << 34

  private static let mark: UInt32 = 0x5352_5453

  /// What the message is.
  public let kind: MessageKind
  /// How many bytes follow.
  public let length: Int

  /// Describes a message of a length.
  public init(kind: MessageKind, length: Int) {
    self.kind = kind
    self.length = length
  }

  /// Reads a header.
  ///
  /// Throws `ProtocolError` for a wrong mark, an unknown kind or a length over the limit.
  public init(_ bytes: [UInt8]) throws(ProtocolError) {
    var decoder = MessageDecoder(bytes)
    guard try decoder.number(UInt32.self) == Self.mark else {
      throw ProtocolError("a message without its mark")
    }
    let kind = try decoder.number(UInt32.self)
    let length = try decoder.number(UInt64.self)
    try decoder.finish()
    guard let known = MessageKind(rawValue: kind) else {
      throw ProtocolError("a message of the unknown kind \(kind)")
    }
    guard length <= UInt64(Self.mostBytes) else {
      throw ProtocolError("a message of \(length) bytes")
    }
    self.init(kind: known, length: Int(length))
  }

  /// The header's bytes.
  public var bytes: [UInt8] {
    var encoder = MessageEncoder()
    encoder.add(Self.mark)
    encoder.add(kind.rawValue)
    encoder.add(UInt64(length))
    return Array(encoder.pieces.joined())
  }
}

/// What a message is.
public enum MessageKind: UInt32, Sendable, CaseIterable {
  /// The runtime is loaded; its version follows.
  case ready = 1
  /// A model is to be loaded.
  case load = 2
  /// The model is loaded; what it takes and gives follows.
  case loaded = 3
  /// The model is to be run on these inputs.
  case run = 4
  /// What the model gave.
  case outputs = 5
  /// What was asked for cannot be done.
  case failure = 6
}
