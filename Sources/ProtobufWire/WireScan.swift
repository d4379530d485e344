/// A value that a walk takes out of its message.
public struct DetachedField {
  /// The number of the field.
  public let number: Int
  /// Where the field starts, in bytes of the source.
  public let offset: Int
  /// True for one length-delimited value, false for a single element with a tag of its own.
  public let isDelimited: Bool
  /// The whole field with its tag, among the bytes kept.
  public let entry: Range<Int>
  /// The value among the bytes kept; empty when it is a hole.
  public let content: Range<Int>
  /// The value's hole, as an index into `WireScan.holes`.
  public let hole: Int?
  /// How many bytes the value has.
  public let byteCount: Int
  /// The value's first bytes, at most eight, as a little-endian number; 0 for a hole.
  public let head: UInt64
}

/// What stands in a message in the place of a detached field: bytes, and behind them a hole.
public struct WireReplacement {
  /// The bytes.
  public let bytes: [UInt8]
  /// The size of the hole; 0 for none.
  public let hole: Int

  /// Makes a replacement.
  public init(_ bytes: [UInt8] = [], hole: Int = 0) {
    self.bytes = bytes
    self.hole = hole
  }
}

/// Says what stands in the place of detached fields.
public protocol WireVisitor {
  /// The bytes and the hole that replace a field; called in the order of the source.
  mutating func replacement(for field: DetachedField) throws -> WireReplacement
}

/// A place where bytes are missing.
public struct WireHole: Hashable, Sendable {
  /// How many bytes stand before it, those of other holes not counted.
  public let position: Int
  /// How many bytes are missing.
  public let byteCount: Int
  /// Where it starts, those of other holes counted.
  public let offset: Int
}

/// An unknown field, and how often it was met.
public struct UnknownField: Hashable, Sendable {
  /// The message's type.
  public let message: String
  /// The number of the field.
  public let number: Int
}

/// What a walk found.
public struct WireScan {
  /// All bytes of the source but those of the holes.
  public let literal: [UInt8]
  /// The holes.
  public let holes: [WireHole]
  /// The bytes kept, with detached fields replaced, groups removed and lengths adjusted.
  public let message: [UInt8]
  /// The holes that the replacements made.
  public let messageHoles: [WireHole]
  /// The unknown fields, in the order they were met; at most a hundred.
  public let unknownFields: [UnknownField]
  /// How much memory unpacking the message takes, roughly.
  public let memory: Int
}
