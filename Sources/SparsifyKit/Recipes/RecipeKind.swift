internal import ByteStorage

/// A kind of step with its settings; what a recipe file may hold is what is listed here.
struct RecipeKind: Sendable {
  let name: String
  let summary: String
  let schema: RecipeNode
  let starter: [RecipeStarter.Line]
  fileprivate let read: @Sendable (RecipeEntry, inout Recipe) throws -> Void

  private init<Step: RecipeSettings>(
    _ table: RecipeTable<Step>, _ add: @escaping @Sendable (Step, inout Recipe) -> Void
  ) {
    name = table.name
    summary = table.summary
    schema = table.schema
    starter = table.starter
    read = { entry, recipe in add(try table.read(entry), &recipe) }
  }

  /// All kinds, in the order in which flags do them.
  static let all: [RecipeKind] = [
    RecipeKind(LayerStep.table) { $1.steps.append(.layers($0)) },
    RecipeKind(ChannelStep.table) { $1.steps.append(.channels($0)) },
    RecipeKind(PruneStep.table) { $1.steps.append(.prune($0)) },
    RecipeKind(PatternStep.table) { $1.steps.append(.pattern($0)) },
    RecipeKind(OutputSettings.table) { $1.output = $0 },
  ]
}

extension RecipeStep {
  /// The step as it stands in a list of steps.
  fileprivate var node: RecipeNode {
    switch self {
    case .layers(let step): LayerStep.table.node(of: step)
    case .channels(let step): ChannelStep.table.node(of: step)
    case .prune(let step): PruneStep.table.node(of: step)
    case .pattern(let step): PatternStep.table.node(of: step)
    }
  }

  /// The place among the kinds.
  var rank: Int {
    switch self {
    case .layers: 0
    case .channels: 1
    case .prune: 2
    case .pattern: 3
    }
  }

  /// Checks how settings go together, and numbers.
  func validate() throws {
    switch self {
    case .layers(let step): try LayerStep.table.check(step)
    case .channels(let step): try ChannelStep.table.check(step)
    case .prune(let step): try PruneStep.table.check(step)
    case .pattern(let step): try PatternStep.table.check(step)
    }
  }
}

extension RecipeTable {
  fileprivate func node(of step: Step) -> RecipeNode {
    .mapping([(name, RecipeNode(content: .mapping(write(step))))])
  }
}

extension RecipeKind {
  /// The recipe that a document is.
  ///
  /// - Throws: `RecipeError` with the place.
  static func recipe(from root: RecipeNode) throws -> Recipe {
    guard case .mapping(let entries) = root.content else {
      throw RecipeError.wrongType(root, expected: "a mapping with version and steps")
    }
    for entry in entries where !["version", "steps"].contains(entry.key) {
      throw RecipeError.unknown("the setting", entry, known: ["version", "steps"])
    }
    try checkVersion(entries.first { $0.key == "version" }?.value, in: root)
    guard let steps = entries.first(where: { $0.key == "steps" })?.value else {
      throw RecipeError(
        .missing, at: root.place, "steps are missing", hint: "add steps: and a list of steps")
    }
    return try recipe(ofSteps: steps)
  }

  private static func checkVersion(_ node: RecipeNode?, in root: RecipeNode) throws {
    guard let node else {
      throw RecipeError(
        .missing, at: root.place, "the version is missing",
        hint: "begin with version: \(Recipe.version)")
    }
    _ = try RecipeForm<Int>.count(Recipe.version...Recipe.version).read(node)
  }

  private static func recipe(ofSteps node: RecipeNode) throws -> Recipe {
    guard case .list(let items) = node.content else {
      throw RecipeError.wrongType(node, expected: "a list of steps")
    }
    guard items.count <= Recipe.maximumSteps else {
      throw RecipeError(
        .tooLarge, at: node.place, "\(items.count) steps, more than \(Recipe.maximumSteps)",
        hint: "put sparsities by operator and name into one step")
    }
    var recipe = Recipe()
    for (index, item) in items.enumerated() {
      guard case .mapping(let entries) = item.content, entries.count == 1 else {
        throw RecipeError.wrongType(item, expected: "one step such as prune: {sparsity: 0.8}")
      }
      guard let kind = all.first(where: { $0.name == entries[0].key }) else {
        throw RecipeError.unknown("the step", entries[0], known: all.map(\.name))
      }
      guard kind.name != OutputSettings.table.name || index == items.count - 1 else {
        throw RecipeError(
          .contradiction, at: entries[0].place, "convert is not the last step",
          hint: "put it at the end")
      }
      try kind.read(entries[0], &recipe)
    }
    return recipe
  }

  /// The document that a recipe is.
  static func node(of recipe: Recipe) -> RecipeNode {
    let steps = recipe.steps.map(\.node) + [OutputSettings.table.node(of: recipe.output)]
    return ["version": .bare(Recipe.version), "steps": .list(steps)]
  }
}
