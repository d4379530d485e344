internal import ByteStorage
internal import CYaml

/// One event of libyaml, as a value.
struct YAMLEvent {
  enum Kind: Equatable {
    case documentStart, alias, listStart, mappingStart, close, end, other
    case word(isQuoted: Bool)
  }

  var kind: Kind
  let place: RecipePlace
  /// The text of a word, the name of an alias.
  var text = ""
  var hasAnchor = false
  var hasTag = false
}

/// A text and libyaml's parser of it.
final class YAMLParser {
  private let text: UnsafeMutableBufferPointer<UInt8>
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)

  /// Begins to parse; nil for a text without bytes.
  init?(_ bytes: [UInt8]) {
    text = .allocate(capacity: bytes.count)
    _ = text.initialize(from: bytes)
    parser.initialize(to: yaml_parser_t())
    guard !bytes.isEmpty, yaml_parser_initialize(parser) == 1 else { return nil }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    text.deallocate()
  }

  /// The next event.
  ///
  /// - Throws: `RecipeError.Rule.syntax`.
  func next() throws(RecipeError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    defer { yaml_event_delete(&event) }
    return YAMLEvent(event)
  }

  private var failure: RecipeError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    let context = state.context.map { String(cString: $0) }
    if state.error == YAML_READER_ERROR {
      return RecipeError(
        .syntax, at: place(ofByte: state.problem_offset), problem,
        hint: "save the recipe as UTF-8 text without control characters")
    }
    if context == "while scanning an alias" {
      return RecipeError(
        .syntax, at: RecipePlace(state.context_mark), "a name that begins with * has no quotes",
        hint: "put names with * ? [ & ! : # in quotes")
    }
    if character(at: state.mark) == UInt8(ascii: "\t") {
      return RecipeError(
        .syntax, at: RecipePlace(state.problem_mark), "a tab begins a value", hint: "use spaces")
    }
    return RecipeError(
      .syntax, at: RecipePlace(state.problem_mark), problem + (context.map { " \($0)" } ?? ""),
      hint: "put names with * ? [ & ! : # in quotes, and settings of one step in one column")
  }

  /// The byte that libyaml looks at; marks count characters, and tabs matter at the start of a line only.
  private func character(at mark: yaml_mark_t) -> UInt8? {
    let line = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropFirst(mark.line).first
    return line.flatMap { $0.dropFirst(mark.column).first }
  }

  private func place(ofByte offset: Int) -> RecipePlace {
    var (line, column) = (1, 1)
    for byte in text.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        (line, column) = (line + 1, 1)
      } else if byte & 0xC0 != 0x80 {
        // Bytes 10xxxxxx go on with a character.
        column += 1
      }
    }
    return RecipePlace(line: line, column: column)
  }
}

extension RecipePlace {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

extension YAMLEvent {
  fileprivate init(_ event: yaml_event_t) {
    place = RecipePlace(event.start_mark)
    kind = .other
    switch event.type {
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_STREAM_END_EVENT: kind = .end
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .close
    case YAML_ALIAS_EVENT:
      kind = .alias
      text = event.data.alias.anchor.map { String(cString: $0) } ?? ""
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      kind = .word(isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
      text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      (hasAnchor, hasTag) = (scalar.anchor != nil, scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let list = event.data.sequence_start
      kind = .listStart
      (hasAnchor, hasTag) = (list.anchor != nil, list.tag != nil)
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      kind = .mappingStart
      (hasAnchor, hasTag) = (mapping.anchor != nil, mapping.tag != nil)
    default: break
    }
  }
}
