/// A value as it stands in a recipe: a word, a list or a mapping.
struct RecipeNode: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// Quoted words are texts; others may be numbers.
    case word(String, isQuoted: Bool)
    case list([RecipeNode])
    case mapping([RecipeEntry])
  }

  var content: Content
  /// Where it begins; nil for what was not read from a file.
  var place: RecipePlace?
}

/// A named value of a mapping.
struct RecipeEntry: Hashable, Sendable {
  let key: String
  /// Where the key begins.
  var place: RecipePlace?
  let value: RecipeNode
}

/// A line and a column, both counted from 1; columns are Unicode scalars.
public struct RecipePlace: Hashable, Sendable, CustomStringConvertible {
  /// The line.
  public let line: Int
  /// The column.
  public let column: Int

  /// The place in words.
  public var description: String { "line \(line), column \(column)" }
}

extension RecipeNode {
  /// A text, which needs quotes where it could be taken for something else.
  static func text(_ text: String) -> RecipeNode {
    RecipeNode(content: .word(text, isQuoted: true))
  }

  /// A number or a truth value.
  static func bare(_ value: some CustomStringConvertible) -> RecipeNode {
    RecipeNode(content: .word(value.description, isQuoted: false))
  }

  /// A list of texts.
  static func texts(_ texts: [String]) -> RecipeNode { .list(texts.map(RecipeNode.text)) }

  /// A list.
  static func list(_ items: [RecipeNode]) -> RecipeNode { RecipeNode(content: .list(items)) }

  /// A mapping in the order given.
  static func mapping(_ entries: [(String, RecipeNode)]) -> RecipeNode {
    RecipeNode(content: .mapping(entries.map { RecipeEntry(key: $0.0, value: $0.1) }))
  }

  /// What it is, for messages.
  var noun: String {
    switch content {
    case .word("", isQuoted: false): "nothing"
    case .word(let word, isQuoted: false): "\"\(word)\""
    case .word(let word, isQuoted: true): "the text \"\(word)\""
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }
}

extension RecipeNode: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByArrayLiteral
{
  init(stringLiteral value: String) { self = .text(value) }
  init(dictionaryLiteral elements: (String, RecipeNode)...) { self = .mapping(elements) }
  init(arrayLiteral elements: RecipeNode...) { self = .list(elements) }
}
