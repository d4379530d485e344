public import ByteStorage

/// What is wrong with a recipe.
public struct RecipeError: DiagnosticError, Equatable {
  /// The rule that is broken; the numbers never change.
  public enum Rule: Int, Sendable, CaseIterable {
    /// The text is neither YAML nor JSON.
    case syntax = 1
    /// The text is too long, too deep, or has too many steps.
    case tooLarge
    /// An anchor, an alias, a tag, a second document.
    case foreignFeature
    /// A key stands twice in one mapping.
    case duplicateKey
    /// No setting or step is called that.
    case unknownKey
    /// A list where a number goes, and the like.
    case wrongType
    /// A number outside of its range, or a word that is none of those known.
    case outOfRange
    /// Something that has to be there is not.
    case missing
    /// Settings that do not go together.
    case contradiction
  }

  /// The broken rule.
  public let rule: Rule
  /// Where; nil for recipes that were not read from a file.
  public let place: RecipePlace?
  /// What is wrong.
  public let fact: String
  private let hint: String

  init(_ rule: Rule, at place: RecipePlace?, _ fact: String, hint: String) {
    self.rule = rule
    self.place = place
    self.fact = fact
    self.hint = hint
  }

  /// The stable code of the rule.
  public var code: String { "E-RECIPE-00\(rule.rawValue)" }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .badRecipe }

  /// The place and the fact.
  public var description: String {
    ByteString((place.map { "\($0): " } ?? "") + fact).escaped
  }

  /// What the user can do.
  public var recovery: String? { ByteString(hint).escaped }
}

extension RecipeError {
  /// A key that is not known, with those it may have been meant to be.
  static func unknown(
    _ noun: String, _ entry: RecipeEntry, known: [String]
  ) -> RecipeError {
    let near = entry.key.nearest(in: known)
    return RecipeError(
      .unknownKey, at: entry.place, "\(noun) \"\(entry.key)\" does not exist",
      hint: near.isEmpty
        ? "there are: \(known.joined(separator: ", "))"
        : "did you mean \(near.joined(separator: " or "))?")
  }

  /// A value of another type than the one that goes there.
  static func wrongType(_ node: RecipeNode, expected: String) -> RecipeError {
    RecipeError(
      .wrongType, at: node.place, "\(node.noun) stands where \(expected) goes",
      hint: "give \(expected)")
  }

  /// A value of the right type that is not allowed.
  static func outOfRange(_ node: RecipeNode, expected: String) -> RecipeError {
    RecipeError(
      .outOfRange, at: node.place, "\(node.noun) is not \(expected)", hint: "give \(expected)")
  }

  /// What a request says of a value, at the value's place.
  static func refusal(_ error: any DiagnosticError, at place: RecipePlace?) -> RecipeError {
    RecipeError(
      .outOfRange, at: place, error.description, hint: error.recovery ?? "give another value")
  }
}
