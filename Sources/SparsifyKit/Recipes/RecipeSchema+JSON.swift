extension RecipeTable {
  /// The settings as a JSON Schema.
  var schema: RecipeNode {
    let defaults = Step()
    var entries: [(String, RecipeNode)] = [
      ("description", .text(summary)),
      ("type", "object"),
      (
        "properties",
        .mapping(
          settings.map { setting in
            var parts: [(String, RecipeNode)] = [("description", .text(setting.summary))]
            if let value = setting.value(defaults) { parts.append(("default", value)) }
            return (setting.name, setting.schema.preceded(by: parts))
          })
      ),
      ("additionalProperties", .bare(false)),
    ]
    let required = rules.flatMap(\.alternatives)
    if !required.isEmpty { entries.append(("anyOf", .list(required))) }
    let excluded = rules.flatMap(\.exclusions)
    if !excluded.isEmpty { entries.append(("not", ["anyOf": .list(excluded)])) }
    return .mapping(entries)
  }
}

extension RecipeRule {
  fileprivate var alternatives: [RecipeNode] {
    guard case .anyOf(let names) = self else { return [] }
    return names.map { ["required": .texts([$0])] }
  }

  fileprivate var exclusions: [RecipeNode] {
    guard case .excludes(let first, let others) = self else { return [] }
    return others.map { ["required": .texts([first, $0])] }
  }
}

extension RecipeNode {
  /// A mapping with further entries before its own.
  fileprivate func preceded(by entries: [(String, RecipeNode)]) -> RecipeNode {
    guard case .mapping(let own) = content else { return self }
    return .mapping(entries + own.map { ($0.key, $0.value) })
  }
}

extension Recipe {
  /// The JSON Schema (2020-12) of recipes.
  ///
  /// It says everything but what compares numbers, such as N < M, and how selectors are written.
  public static var jsonSchema: String {
    let kinds = RecipeKind.all.map { kind in
      (kind.name, kind.schema)
    }
    let root: RecipeNode = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "A recipe of sparsify",
      "description": "What is done to a model, step by step.",
      "type": "object",
      "properties": [
        "version": ["description": "The version of this format.", "const": .bare(version)],
        "steps": [
          "description": "The steps, in the order they are done; convert comes last.",
          "type": "array", "maxItems": .bare(maximumSteps),
          "items": [
            "type": "object", "properties": .mapping(kinds), "additionalProperties": .bare(false),
            "minProperties": .bare(1), "maxProperties": .bare(1),
          ],
        ],
      ],
      "required": ["version", "steps"],
      "additionalProperties": .bare(false),
    ]
    return root.json
  }
}
