/// A number of bytes for people: decimal units, three digits.
public struct ByteSize: Hashable, Sendable, CustomStringConvertible {
  /// The exact number.
  public let bytes: Int

  /// Wraps a number of bytes.
  public init(_ bytes: Int) {
    self.bytes = bytes
  }

  /// Reads `4096`, `64k`, `1.5M`, `4G` or `1T`, decimal, with or without a `B`; nil for anything else.
  public init?(_ text: String) {
    var digits = Substring(text)
    if digits.last == "B" || digits.last == "b" { digits.removeLast() }
    var factor = 1.0
    if let unit = digits.last?.lowercased(), let power = Self.powers[unit] {
      factor = power
      digits.removeLast()
    }
    guard let value = Double(digits), value >= 0, digits.allSatisfy({ $0.isNumber || $0 == "." }),
      let bytes = Int(exactly: (value * factor).rounded())
    else { return nil }
    self.bytes = bytes
  }

  private static let powers: [String: Double] = ["k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12]

  /// The number with its unit, such as `17.2 MB`.
  public var description: String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 999.5 { return (unit == "B" ? "\(bytes)" : value.threeDigits) + " " + unit }
      value /= 1000
    }
    return value.threeDigits + " TB"
  }
}

extension Double {
  /// The number with three digits in all, such as `98.4`.
  public var threeDigits: String {
    let decimals = self < 9.995 ? 2 : self < 99.95 ? 1 : 0
    return fixed(decimals)
  }

  /// The number with so many decimals, in every locale with a point.
  public func fixed(_ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { result, _ in result * 10 }
    guard isFinite, magnitude < 1e15 else { return "\(self)" }
    let scaled = Int((magnitude * scale).rounded())
    let sign = self < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(scaled)" }
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
