internal import ArgumentParser
internal import SparsifyKit

/// Helps with writing recipes.
struct RecipeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recipe", abstract: "Starts, checks and describes recipes.",
    discussion: """
      sparsify recipe init > recipe.yaml           a recipe to start from, with comments
      sparsify recipe check recipe.yaml            what is wrong with it, by line and column
      sparsify in.onnx out.spm --recipe recipe.yaml
      sparsify --sparsity 80% --print-recipe       the recipe that options mean
      """,
    subcommands: [Start.self, Check.self, Schema.self])

  /// Prints a recipe to start from.
  struct Start: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init", abstract: "Prints a recipe to start from, with every setting explained.")

    @OptionGroup var form: TextForm

    func run() throws { try form.publish(Recipe.starter, schema: "sparsify/recipe-init/1") }
  }

  /// Checks a recipe.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check", abstract: "Checks a recipe and prints its normal form.")

    @Argument(help: "The recipe: YAML or JSON.")
    var recipe: String

    @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
    var isJSON = false

    @Flag(name: [.customShort("q"), .customLong("quiet")], help: "Print errors only.")
    var isQuiet = false

    func run() throws {
      let recipe = try Recipe(path: recipe)
      if isJSON {
        let report = Report(
          recipe: recipe.text, sha256: recipe.sha256, steps: recipe.steps.count)
        return OutputStream.data.line(try JSONText.encode(report))
      }
      OutputStream.data.write(recipe.text)
      if !isQuiet { OutputStream.talk.line("the recipe is right, sha256 \(recipe.sha256)") }
    }

    private struct Report: Encodable {
      var schema = "sparsify/recipe-check/1"
      let recipe: String
      let sha256: String
      let steps: Int
    }
  }

  /// Prints the schema.
  struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "schema", abstract: "Prints the JSON Schema of recipes, for editors.")

    @OptionGroup var form: TextForm

    func run() throws { try form.publish(Recipe.jsonSchema, schema: "sparsify/recipe-schema/1") }
  }

  /// How a text that is all a command prints is printed.
  struct TextForm: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
    var isJSON = false

    func publish(_ text: String, schema: String) throws {
      guard isJSON else { return OutputStream.data.write(text) }
      OutputStream.data.line(try JSONText.encode(["schema": schema, "text": text]))
    }
  }
}
