internal import ByteStorage

/// The settings of one kind of step: what the check, the schema, the starter and the writer go by.
struct RecipeTable<Step: RecipeSettings>: Sendable {
  /// The key of the step.
  let name: String
  let summary: String
  let settings: [RecipeSetting<Step>]
  var rules: [RecipeRule] = []
}

/// What all kinds of steps have in common.
protocol RecipeSettings: Hashable, Sendable {
  /// All settings as they are when a recipe says nothing.
  init()

  /// The settings.
  static var table: RecipeTable<Self> { get }

  /// Checks what rules cannot say.
  ///
  /// - Throws: a `DiagnosticError`.
  func check() throws
}

/// How settings go together.
enum RecipeRule: Hashable, Sendable {
  /// At least one of them is there.
  case anyOf([String])
  /// The first is not there beside any of the others.
  case excludes(String, [String])
}

/// One setting of a kind of step.
struct RecipeSetting<Step: Sendable>: Sendable {
  let name: String
  let summary: String
  let schema: RecipeNode
  /// A value for the starter, where there is no default.
  let example: String?
  let read: @Sendable (RecipeNode, inout Step) throws -> Void
  /// The value; nil where there is none.
  let value: @Sendable (Step) -> RecipeNode?
  /// Whether the value has a meaning beside the other settings.
  let counts: @Sendable (Step) -> Bool

  /// A setting with a default; `counts` tells where it has a meaning.
  init<Value: Sendable>(
    _ name: String, _ form: RecipeForm<Value>,
    _ path: any WritableKeyPath<Step, Value> & Sendable, _ summary: String,
    when counts: @escaping @Sendable (Step) -> Bool = { _ in true }
  ) {
    self.name = name
    self.summary = summary
    schema = form.schema
    example = nil
    read = { node, step in step[keyPath: path] = try form.read(node) }
    value = { form.write($0[keyPath: path]) }
    self.counts = counts
  }

  /// A setting without a default.
  init<Value: Sendable>(
    _ name: String, _ form: RecipeForm<Value>,
    _ path: any WritableKeyPath<Step, Value?> & Sendable, _ summary: String, example: String
  ) {
    self.name = name
    self.summary = summary
    schema = form.schema
    self.example = example
    read = { node, step in step[keyPath: path] = try form.read(node) }
    value = { $0[keyPath: path].map(form.write) }
    counts = { _ in true }
  }

  /// A list, which is empty by default.
  init<Element: Sendable>(
    _ name: String, _ form: RecipeForm<[Element]>,
    _ path: any WritableKeyPath<Step, [Element]> & Sendable, _ summary: String, example: String
  ) {
    self.name = name
    self.summary = summary
    schema = form.schema
    self.example = example
    read = { node, step in step[keyPath: path] = try form.read(node) }
    value = { $0[keyPath: path].isEmpty ? nil : form.write($0[keyPath: path]) }
    counts = { _ in true }
  }
}

extension RecipeTable {
  /// Reads the settings of a step.
  ///
  /// - Throws: `RecipeError` with the place.
  func read(_ entry: RecipeEntry) throws -> Step {
    guard case .mapping(let entries) = entry.value.content else {
      throw RecipeError.wrongType(
        entry.value, expected: "a mapping of the settings of \(entry.key)")
    }
    var step = Step()
    for entry in entries {
      guard let setting = settings.first(where: { $0.name == entry.key }) else {
        throw RecipeError.unknown("the setting", entry, known: settings.map(\.name))
      }
      try setting.read(entry.value, &step)
    }
    try check(entries, in: entry.place)
    do {
      try step.check()
    } catch let error as any DiagnosticError {
      throw RecipeError(
        .contradiction, at: entry.place, error.description, hint: error.recovery ?? "")
    }
    return step
  }

  /// The settings of a step that say something, in the order of the table.
  func write(_ step: Step) -> [RecipeEntry] {
    settings.compactMap { setting in
      guard setting.counts(step), let value = setting.value(step) else { return nil }
      return RecipeEntry(key: setting.name, value: value)
    }
  }

  /// Checks a step that was made in memory.
  ///
  /// - Throws: `RecipeError` without a place, and what the step's own check throws.
  func check(_ step: Step) throws {
    try check(write(step), in: nil)
    try step.check()
  }

  private func check(_ entries: [RecipeEntry], in place: RecipePlace?) throws(RecipeError) {
    for rule in rules {
      switch rule {
      case .anyOf(let names):
        guard entries.contains(where: { names.contains($0.key) }) else {
          throw RecipeError(
            .missing, at: place, "\(name) does not say what to do",
            hint: "give one of: \(names.joined(separator: ", "))")
        }
      case .excludes(let first, let others):
        guard entries.contains(where: { $0.key == first }),
          let other = entries.first(where: { others.contains($0.key) })
        else { continue }
        throw RecipeError(
          .contradiction, at: other.place, "\(first) and \(other.key) do not go together",
          hint: "leave one of them out, or make two steps")
      }
    }
  }
}
