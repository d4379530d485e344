/// A pattern for names: `*` any characters, `?` one, `[a-z]` one of a set, `[!a-z]` one outside of
/// it, and a backslash that takes the next character as it is.
///
/// Matching goes back to the last `*` only, so its time is at most the product of the two lengths.
public struct Glob: Hashable, Sendable {
  private enum Part: Hashable {
    case anything
    case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      guard case .oneOf(let ranges, let negated) = self else { return false }
      return ranges.contains { $0.contains(scalar) } != negated
    }
  }

  private let parts: [Part]
  /// True when the pattern matches one name only.
  public let isLiteral: Bool

  /// Reads a pattern.
  ///
  /// - Parameters:
  ///   - text: the pattern.
  ///   - prefix: what the user wrote before it, for messages.
  /// - Throws: `PruningError.malformedSelector` for an empty pattern, a set that does not end or is
  ///   empty, a range that goes backwards, or a backslash at the end.
  public init(_ text: String, after prefix: String = "") throws(PruningError) {
    var reader = GlobReader(text: text, prefix: prefix)
    var parts: [Part] = []
    var isLiteral = true
    while let scalar = reader.next() {
      switch scalar {
      case "*":
        if parts.last != .anything { parts.append(.anything) }
        isLiteral = false
      case "?":
        parts.append(.oneOf([], negated: true))
        isLiteral = false
      case "[":
        let (ranges, negated) = try reader.set()
        parts.append(.oneOf(ranges, negated: negated))
        isLiteral = false
      default:
        let literal = scalar == "\\" ? try reader.escaped() : scalar
        parts.append(.oneOf([literal...literal], negated: false))
      }
    }
    guard !parts.isEmpty else { throw reader.failure("is empty", at: 0) }
    self.parts = parts
    self.isLiteral = isLiteral
  }

  /// True when the whole name matches.
  public func matches(_ name: String) -> Bool {
    let scalars = Array(name.unicodeScalars)
    var part = 0
    var position = 0
    var retry: (part: Int, position: Int)?
    while position < scalars.count {
      if part < parts.count, parts[part] == .anything {
        part += 1
        retry = (part, position)
      } else if part < parts.count, parts[part].matches(scalars[position]) {
        part += 1
        position += 1
      } else if let last = retry {
        // The last star takes one character more.
        part = last.part
        position = last.position + 1
        retry = (part, position)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .anything }
  }
}

/// Walks over the characters of a pattern.
private struct GlobReader {
  private let written: String
  private let scalars: [Unicode.Scalar]
  private let offset: Int
  private var position = 0

  init(text: String, prefix: String) {
    written = prefix + text
    offset = prefix.unicodeScalars.count
    scalars = Array(text.unicodeScalars)
  }

  mutating func next() -> Unicode.Scalar? {
    guard position < scalars.count else { return nil }
    defer { position += 1 }
    return scalars[position]
  }

  mutating func escaped() throws(PruningError) -> Unicode.Scalar {
    guard let scalar = next() else {
      throw failure("a backslash with nothing behind it", at: position - 1)
    }
    return scalar
  }

  /// The rest of a set whose bracket was read.
  mutating func set() throws(PruningError) -> ([ClosedRange<Unicode.Scalar>], negated: Bool) {
    let start = position - 1
    let negated = peek == "!"
    if negated { position += 1 }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let scalar = next() {
      if scalar == "]" {
        guard !ranges.isEmpty else { throw failure("an empty set", at: start) }
        return (ranges, negated)
      }
      ranges.append(try range(from: scalar))
    }
    throw failure("a set without its ]", at: start)
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func range(
    from scalar: Unicode.Scalar
  ) throws(PruningError) -> ClosedRange<Unicode.Scalar> {
    let start = position - 1
    let low = scalar == "\\" ? try escaped() : scalar
    let isRange = peek == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
    guard isRange else { return low...low }
    position += 2
    let last = scalars[position - 1]
    let high = last == "\\" ? try escaped() : last
    guard low <= high else { throw failure("a range that goes backwards", at: start) }
    return low...high
  }

  func failure(_ reason: String, at position: Int) -> PruningError {
    .malformedSelector(written, position: offset + position, reason: reason)
  }
}
