package import ByteStorage

/// A way to name weights on the command line and in recipes.
public struct Selector: Hashable, Sendable, CustomStringConvertible {
  private enum Kind: Hashable {
    case name(Glob)
    case operatorType(Glob)
    case size(Comparison, Int)
  }

  private enum Comparison: String, CaseIterable {
    // The longer signs first, so that `>=` is not read as `>`.
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"
  }

  /// The selector as the user wrote it.
  public let description: String
  private let kind: Kind

  /// Reads a selector: `op:` and a glob for operators, `size:` with `>`, `>=`, `<` or `<=` and a
  /// number of elements (`k`, `M`, `G` for thousands, millions, billions), or else a glob for names.
  ///
  /// - Throws: `PruningError.malformedSelector`, with the place.
  public init(_ text: String) throws(PruningError) {
    description = text
    if text.hasPrefix("op:") {
      kind = .operatorType(try Glob(String(text.dropFirst(3)), after: "op:"))
    } else if text.hasPrefix("size:") {
      kind = try Self.size(text)
    } else {
      kind = .name(try Glob(text))
    }
  }

  /// True when it matches a weight by its tensor's or a reader's name, operator or size.
  package func matches(_ weight: SelectableTensor) -> Bool {
    switch kind {
    case .name(let glob):
      glob.matches(weight.name.text) || weight.readers.contains { glob.matches($0.name.text) }
    case .operatorType(let glob):
      weight.readers.contains { glob.matches($0.operatorType.text) }
    case .size(.above, let limit): weight.elementCount > limit
    case .size(.atLeast, let limit): weight.elementCount >= limit
    case .size(.below, let limit): weight.elementCount < limit
    case .size(.atMost, let limit): weight.elementCount <= limit
    }
  }

  /// True when it is exactly this name, without any wildcard.
  func names(_ name: ByteString) -> Bool {
    guard case .name(let glob) = kind, glob.isLiteral else { return false }
    return glob.matches(name.text)
  }

  private static func size(_ text: String) throws(PruningError) -> Kind {
    let rest = text.dropFirst(5)
    guard let sign = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
      throw .malformedSelector(text, position: 5, reason: "size: needs >, >=, < or <=")
    }
    let number = rest.dropFirst(sign.rawValue.count)
    let factors: [Character: Int] = ["k": 1_000, "M": 1_000_000, "G": 1_000_000_000]
    let factor = number.last.flatMap { factors[$0] }
    let digits = factor == nil ? number : number.dropLast()
    let isDecimal = digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard isDecimal, let value = Int(digits) else {
      throw .malformedSelector(
        text, position: 5 + sign.rawValue.count, reason: "not a number of elements such as 4k")
    }
    let (limit, overflow) = value.multipliedReportingOverflow(by: factor ?? 1)
    return .size(sign, overflow ? .max : limit)
  }
}

/// What selectors look at.
package struct SelectableTensor {
  let name: ByteString
  let readers: [WeightReader]
  let elementCount: Int

  /// Describes a tensor.
  package init(name: ByteString, readers: [WeightReader], elementCount: Int) {
    self.name = name
    self.readers = readers
    self.elementCount = elementCount
  }
}

/// A selector that lets tensors in or keeps them out.
///
/// Of a list of rules the last that matches wins. Where none matches, a tensor is out when any rule
/// lets tensors in, and otherwise as without rules.
public struct SelectionRule: Hashable, Sendable {
  /// What it matches.
  public let selector: Selector
  /// True when what matches is pruned, false when it is left alone.
  public let includes: Bool

  /// Makes a rule.
  public init(_ selector: Selector, includes: Bool) {
    self.selector = selector
    self.includes = includes
  }

  /// Prunes what the selector matches, and nothing else.
  public static func only(_ text: String) throws(PruningError) -> SelectionRule {
    SelectionRule(try Selector(text), includes: true)
  }

  /// Leaves alone what the selector matches.
  public static func except(_ text: String) throws(PruningError) -> SelectionRule {
    SelectionRule(try Selector(text), includes: false)
  }
}
