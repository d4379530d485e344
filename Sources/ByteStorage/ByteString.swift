/// A name as a model file holds it: any bytes, usually UTF-8, kept exactly.
///
/// Model files may hold names that are not valid UTF-8; a `String` would repair and so change them.
public struct ByteString: Hashable, Sendable {
  /// The bytes as they stand in the file.
  public var bytes: [UInt8]

  /// Makes a name of the given bytes.
  public init(_ bytes: [UInt8] = []) {
    self.bytes = bytes
  }

  /// Makes a name of a string's UTF-8 bytes.
  public init(_ text: String) {
    bytes = Array(text.utf8)
  }

  /// Feeds the bytes at once: names are looked up a lot.
  public func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// True when the name has no bytes.
  public var isEmpty: Bool { bytes.isEmpty }

  /// The name as text; bytes that are not UTF-8 become U+FFFD.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension ByteString: ExpressibleByStringLiteral {
  /// Makes a name of a literal's UTF-8 bytes.
  public init(stringLiteral value: String) {
    self.init(value)
  }
}

extension ByteString: Comparable {
  /// Orders by bytes, the same in every locale.
  public static func < (left: ByteString, right: ByteString) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension ByteString: CustomStringConvertible {
  /// The most characters of a name that a message shows.
  public static let shownCharacters = 200

  /// The name as it is safe to print.
  public var description: String { escaped }

  /// The name for messages: control characters, bidirectional marks and bad UTF-8 are shown as
  /// escapes, and everything after `shownCharacters` is cut.
  public var escaped: String {
    if isPlain { return text }
    var result = ""
    var shown = 0
    for scalar in text.unicodeScalars {
      guard shown < Self.shownCharacters else { return result + "…" }
      result += Self.isSafe(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
      shown += 1
    }
    return result
  }

  /// True for a name of few characters that are all safe, as nearly all are.
  private var isPlain: Bool {
    bytes.count <= Self.shownCharacters && bytes.allSatisfy { (0x20..<0x7F).contains($0) }
  }

  private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
    // Looking categories up takes longer than all the rest of printing a name.
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      return false
    default:
      return scalar.value != 0xFFFD
    }
  }
}
