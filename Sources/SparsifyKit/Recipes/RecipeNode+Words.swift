internal import ByteStorage

extension RecipeNode {
  /// The same at another place.
  func at(_ place: RecipePlace?) -> RecipeNode {
    RecipeNode(content: content, place: place)
  }

  /// A number, such that YAML 1.1 and 1.2 and JSON all take it for one.
  static func number(_ number: Double) -> RecipeNode {
    let text = "\(number)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return .bare(text) }
    return .bare("\(text[..<exponent]).0\(text[exponent...])")
  }

  /// The characters of a word; nil for lists and mappings.
  var word: String? {
    guard case .word(let word, _) = content else { return nil }
    return word
  }

  /// A word that is a text: quoted, or neither a number, nor true, false or nothing.
  ///
  /// - Throws: `RecipeError` for everything else.
  func text(_ noun: String) throws(RecipeError) -> String {
    guard case .word(let word, let isQuoted) = content,
      isQuoted || !(word.isNumber || ["", "~", "null", "true", "false"].contains(word))
    else { throw .wrongType(self, expected: noun) }
    return word
  }

  /// True for a whole number.
  var isInteger: Bool {
    guard case .word(let word, isQuoted: false) = content else { return false }
    return word.isNumber && !word.contains { ".eE".contains($0) }
  }

  /// A number as JSON has them; other spellings mean different things in different YAML.
  ///
  /// - Throws: `RecipeError` for everything else.
  func number(_ noun: String) throws(RecipeError) -> Double {
    guard case .word(let word, isQuoted: false) = content, word.isNumber,
      let number = Double(word)
    else { throw .wrongType(self, expected: noun) }
    return number
  }

  /// The share that `80%` means.
  var percentage: Double? {
    guard let digits = word?.dropLast(), digits.first != "-",
      digits.isNumber, !digits.contains(where: { "eE".contains($0) })
    else { return nil }
    return Double(digits).map { $0 / 100 }
  }

  /// Runs `body` and gives what it throws this node's place.
  func refusing<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as any DiagnosticError {
      throw RecipeError.refusal(error, at: place)
    }
  }
}

extension StringProtocol {
  /// True for a number as JSON has them: `-1.5e-3`, but no `.5`, `1.`, `+1`, `01` or `0x1`.
  var isNumber: Bool {
    var rest = Substring(self)
    if rest.first == "-" { rest.removeFirst() }
    let whole = rest.removeDigits()
    guard whole == "0" || whole.first.map({ $0 != "0" }) == true else { return false }
    if rest.first == "." {
      rest.removeFirst()
      guard !rest.removeDigits().isEmpty else { return false }
    }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
      guard !rest.removeDigits().isEmpty else { return false }
    }
    return rest.isEmpty
  }
}

extension Substring {
  /// Takes the digits at the start away.
  fileprivate mutating func removeDigits() -> Substring {
    let digits = prefix { ("0"..."9").contains($0) }
    removeFirst(digits.count)
    return digits
  }
}

extension String {
  /// The numbers on both sides of a sign.
  func twoNumbers(_ separator: Character) -> (Int, Int)? {
    let parts = split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = Int(parts[0]), let second = Int(parts[1]) else {
      return nil
    }
    return (first, second)
  }
}
