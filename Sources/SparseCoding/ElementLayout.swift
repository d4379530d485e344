/// How the elements of a chunk lie in memory: little-endian, one after the other.
public struct ElementLayout: Sendable, Hashable {
  /// What the bits of an element mean, as far as coding cares.
  ///
  /// The numbers stand in files.
  public enum Kind: UInt8, Sendable, Hashable {
    /// Bytes without a known meaning, packed sub-byte types among them.
    case opaque = 0
    /// Natural numbers.
    case unsignedInteger = 1
    /// Two's complement.
    case signedInteger = 2
    /// Sign, exponent, mantissa from the highest bit down.
    case float = 3
  }

  /// Bytes of one element: 1, 2, 4, 8 or 16.
  public let width: Int
  /// What the bits mean.
  public let kind: Kind
  /// The unsigned integer of that width, whose kernels work on the elements.
  let word: any ElementWord.Type

  /// Describes elements of `width` bytes; throws for a width that has no kernels.
  public init(width: Int, kind: Kind) throws(SparseCodingError) {
    guard let word = elementWord(ofWidth: width) else {
      throw .badLayout("elements of \(width) bytes: the width must be 1, 2, 4, 8 or 16")
    }
    self.init(width: width, kind: kind, word: word)
  }

  init(width: Int, kind: Kind, word: any ElementWord.Type) {
    self.width = width
    self.kind = kind
    self.word = word
  }

  /// True when width and kind are equal.
  public static func == (left: Self, right: Self) -> Bool {
    left.width == right.width && left.kind == right.kind
  }

  /// Feeds width and kind.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(width)
    hasher.combine(kind)
  }
}
