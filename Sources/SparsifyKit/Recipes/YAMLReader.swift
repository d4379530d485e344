internal import ByteStorage
internal import CYaml

/// Reads YAML as nodes with their places; JSON is read as the YAML it nearly is.
///
/// Built from libyaml's events, without recursion. What makes YAML dangerous is refused as soon as it is
/// seen: aliases, which can stand for exponentially much, tags, and deep nesting.
struct YAMLReader {
  /// The deepest nesting; the format itself has six levels.
  static let maximumDepth = 16

  private var open: [OpenNode] = []
  private var root: RecipeNode?

  /// A list or mapping whose end was not seen yet.
  private struct OpenNode {
    let place: RecipePlace
    let isMapping: Bool
    var items: [RecipeNode] = []
    var entries: [RecipeEntry] = []
    var keys: Set<String> = []
    /// A key that waits for its value.
    var key: (text: String, place: RecipePlace)?
  }

  /// Reads the one document of a text.
  ///
  /// - Throws: `RecipeError`.
  static func root(of text: [UInt8]) throws(RecipeError) -> RecipeNode {
    guard let parser = YAMLParser(text) else {
      throw RecipeError(.missing, at: nil, "the recipe is empty", hint: Self.starterHint)
    }
    var reader = YAMLReader()
    while try reader.take(parser.next()) {}
    guard let root = reader.root else {
      throw RecipeError(.missing, at: nil, "the recipe is empty", hint: Self.starterHint)
    }
    return root
  }

  private static let starterHint = "begin with what sparsify recipe init prints"

  /// Takes one event; false at the end.
  private mutating func take(_ event: YAMLEvent) throws(RecipeError) -> Bool {
    switch event.kind {
    case .other: break
    case .end: return false
    case .documentStart where root != nil:
      throw Self.foreign("a second document", at: event.place, "put all steps into one document")
    case .documentStart: break
    case .alias:
      throw Self.foreign(
        "an alias (*\(event.text))", at: event.place,
        "put names that begin with * in quotes; repeat what is meant twice")
    case .word(let isQuoted):
      try checkPlain(event)
      try add(RecipeNode(content: .word(event.text, isQuoted: isQuoted), place: event.place))
    case .listStart, .mappingStart:
      try checkPlain(event)
      guard open.count < Self.maximumDepth else {
        throw RecipeError(
          .tooLarge, at: event.place, "more than \(Self.maximumDepth) levels of nesting",
          hint: "a recipe needs six")
      }
      open.append(OpenNode(place: event.place, isMapping: event.kind == .mappingStart))
    case .close:
      guard let node = open.popLast() else { break }
      try add(
        RecipeNode(
          content: node.isMapping ? .mapping(node.entries) : .list(node.items), place: node.place))
    }
    return true
  }

  private func checkPlain(_ event: YAMLEvent) throws(RecipeError) {
    if event.hasAnchor {
      throw Self.foreign("an anchor (&)", at: event.place, "repeat what is meant twice")
    }
    if event.hasTag { throw Self.foreign("a tag (!)", at: event.place, "leave it out") }
  }

  private static func foreign(
    _ what: String, at place: RecipePlace, _ hint: String
  ) -> RecipeError {
    RecipeError(.foreignFeature, at: place, "\(what), which recipes do not have", hint: hint)
  }

  private mutating func add(_ node: RecipeNode) throws(RecipeError) {
    guard let last = open.indices.last else {
      root = node
      return
    }
    guard open[last].isMapping else { return open[last].items.append(node) }
    if let key = open[last].key {
      open[last].entries.append(RecipeEntry(key: key.text, place: key.place, value: node))
      open[last].key = nil
      return
    }
    guard case .word(let text, _) = node.content, let place = node.place else {
      throw .wrongType(node, expected: "the name of a setting")
    }
    guard open[last].keys.insert(text).inserted else {
      throw RecipeError(
        .duplicateKey, at: place, "\"\(text)\" stands twice here", hint: "keep one of them")
    }
    open[last].key = (text, place)
  }
}
