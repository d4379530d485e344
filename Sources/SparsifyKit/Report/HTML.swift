/// Text of a page, safe by construction: what is interpolated as a `String` is escaped.
///
/// ```swift
/// let cell: HTML = "<td>\(tensor.name)</td>"
/// ```
struct HTML: ExpressibleByStringInterpolation {
  /// The text with its tags.
  private(set) var source: String

  init(stringLiteral value: String) {
    source = value
  }

  init(stringInterpolation interpolation: Interpolation) {
    source = interpolation.source
  }

  /// Takes text as it is: only for what this program wrote itself.
  init(trusted source: String) {
    self.source = source
  }

  /// The parts one after the other.
  init(_ parts: some Sequence<HTML>) {
    source = parts.reduce(into: "") { $0 += $1.source }
  }

  static let nothing: HTML = ""

  static func += (left: inout HTML, right: HTML) {
    left.source += right.source
  }

  /// The text with every character that means something to a browser as a reference.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) {
      source += literal
    }

    mutating func appendInterpolation(_ text: String) {
      source += HTML.escaped(text)
    }

    mutating func appendInterpolation(_ number: Int) {
      source += String(number)
    }

    mutating func appendInterpolation(_ size: ByteSize) {
      source += size.description
    }

    mutating func appendInterpolation(_ html: HTML) {
      source += html.source
    }

    mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { source += part.source }
    }
  }
}
