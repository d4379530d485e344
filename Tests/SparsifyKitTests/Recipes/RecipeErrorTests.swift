import ByteStorage
import TestSupport
import Testing

@testable import SparsifyKit

/// One wrong recipe and what is said of it.
struct WrongRecipe: Sendable, CustomTestStringConvertible {
  let text: String
  let rule: RecipeError.Rule
  let line: Int
  let column: Int
  let words: String

  var testDescription: String { "\(rule): \(text.debugDescription.prefix(60))" }

  /// A recipe of one step, which begins in line 3, column 5, with settings in line 4, column 7.
  static func step(
    _ kind: String, _ setting: String, _ rule: RecipeError.Rule, _ column: Int, line: Int = 4,
    _ words: String
  ) -> WrongRecipe {
    WrongRecipe(
      text: "version: 1\nsteps:\n  - \(kind):\n      \(setting)\n", rule: rule, line: line,
      column: column, words: words)
  }

  static let all: [WrongRecipe] = [
    // Keys.
    .step("prune", "sparcity: 0.5", .unknownKey, 7, "did you mean sparsity?"),
    .step("prune", "xyz: 0.5", .unknownKey, 7, "there are: sparsity, threshold"),
    .step("prun", "sparsity: 0.5", .unknownKey, 5, line: 3, "did you mean prune?"),
    .step("channels", "rount-to: 8", .unknownKey, 7, "did you mean round-to?"),
    .step("convert", "shard_size: 8", .unknownKey, 7, "did you mean shard-size?"),
    .init(text: "versoin: 1\nsteps: []", rule: .unknownKey, line: 1, column: 1, words: "version"),
    .step("prune", "sparsity: 0.5\n      sparsity: 0.6", .duplicateKey, 7, line: 5, "twice"),
    // Types.
    .step("prune", "sparsity: [0.5]", .wrongType, 17, "a list stands where a share"),
    .step("prune", "sparsity: \"0.5\"", .wrongType, 17, "the text \"0.5\""),
    .step("prune", "sparsity: .5", .wrongType, 17, "\".5\""),
    .step("prune", "sparsity: .nan", .wrongType, 17, "\".nan\""),
    .step("prune", "sparsity: NaN", .wrongType, 17, "\"NaN\""),
    .step("prune", "sparsity: .inf", .wrongType, 17, "\".inf\""),
    .step("prune", "sparsity: 0x1", .wrongType, 17, "\"0x1\""),
    .step("prune", "sparsity:", .wrongType, 16, "nothing stands"),
    .step("prune", "only: conv1", .wrongType, 13, "a list of selectors"),
    .step("prune", "only: [1]", .wrongType, 14, "a selector"),
    .step("prune", "name: 0.5", .wrongType, 13, "a mapping from names"),
    .step("prune", "name: {}", .wrongType, 13, "a mapping from names"),
    .step("prune", "[a]: 1", .wrongType, 7, "the name of a setting"),
    .step("channels", "dead: yes", .wrongType, 13, "true or false"),
    .step("channels", "round-to: 8.0", .wrongType, 17, "a whole number"),
    .step("pattern", "keep: 4", .wrongType, 13, "N:M"),
    .init(text: "version: 1\nsteps: {}", rule: .wrongType, line: 2, column: 8, words: "list"),
    .init(text: "version: 1\nsteps:\n- 5", rule: .wrongType, line: 3, column: 3, words: "one step"),
    .init(
      text: "version: 1\nsteps:\n- prune: {}\n  convert: {}", rule: .wrongType, line: 3, column: 3,
      words: "one step"),
    .init(text: "- 1", rule: .wrongType, line: 1, column: 1, words: "version and steps"),
    .init(text: "version: 1.0\nsteps: []", rule: .wrongType, line: 1, column: 10, words: "1.0"),
    // Ranges.
    .step("prune", "sparsity: 1.5", .outOfRange, 17, "\"1.5\" is not a share"),
    .step("prune", "sparsity: 101%", .outOfRange, 17, "\"101%\""),
    .step("prune", "sparsity: -0.1", .outOfRange, 17, "\"-0.1\""),
    .step("prune", "sparsity: 1e999", .outOfRange, 17, "\"1e999\""),
    .step("prune", "threshold: 1e999", .outOfRange, 18, "\"1e999\""),
    .step("prune", "seed: 18446744073709551616", .outOfRange, 13, "18446744073709551615"),
    .step("prune", "name: {a: 2}", .outOfRange, 17, "\"2\""),
    .step("prune", "only: [\"op:[\"]", .outOfRange, 14, "a set without its ]"),
    .step("prune", "block: 1x1", .outOfRange, 14, "1x1"),
    .step("prune", "scope: globl", .outOfRange, 14, "did you mean global?"),
    .step("pattern", "keep: 4:2", .outOfRange, 13, "4:2"),
    .step("channels", "criterion: l3", .outOfRange, 18, "did you mean l1?"),
    .step("layers", "count: -1", .outOfRange, 14, "from 0"),
    .init(text: "version: 2\nsteps: []", rule: .outOfRange, line: 1, column: 10, words: "2"),
    // What goes together.
    .step("prune", "scope: layer", .missing, 5, line: 3, "prune does not say what to do"),
    .step("channels", "scope: local", .missing, 5, line: 3, "channels does not say what to do"),
    .step(
      "prune", "threshold: 1\n      sparsity: 0.5", .contradiction, 7, line: 5,
      "threshold and sparsity"),
    .step(
      "channels", "share: 0.5\n      target-macs: 0.5", .contradiction, 7, line: 5,
      "share and target-macs"),
    .step(
      "prune", "threshold: 1\n      criterion: random", .contradiction, 5, line: 3,
      "no meaning for the criterion random"),
    .init(
      text: "version: 1\nsteps:\n- convert: {}\n- prune: {sparsity: 1}", rule: .contradiction,
      line: 3, column: 3, words: "convert is not the last step"),
    .init(text: "version: 1", rule: .missing, line: 1, column: 1, words: "steps are missing"),
    .init(text: "steps: []", rule: .missing, line: 1, column: 1, words: "version is missing"),
    // YAML that is none, or too much of it.
    .init(text: "version: 1\n\tsteps: []", rule: .syntax, line: 2, column: 1, words: "a tab"),
    .init(text: "version: 1\nsteps: [", rule: .syntax, line: 3, column: 1, words: "flow node"),
    .init(text: "version: 1\nsteps: a\u{0}b", rule: .syntax, line: 2, column: 9, words: "control"),
    .step("prune", "only: [*.weight]", .syntax, 14, "begins with * has no quotes"),
    .step("prune", "only: [*conv]", .foreignFeature, 14, "an alias (*conv)"),
    .step("prune", "sparsity: &a 0.5", .foreignFeature, 17, "an anchor"),
    .step("prune", "sparsity: !!float 0.5", .foreignFeature, 17, "a tag"),
    .step("prune", "<<: {sparsity: 1}", .unknownKey, 7, "<<"),
    .init(
      text: "version: 1\nsteps: []\n---\nversion: 1", rule: .foreignFeature, line: 3, column: 1,
      words: "a second document"),
    .init(
      text: String(repeating: "[", count: 500_000), rule: .tooLarge, line: 1, column: 17,
      words: "levels of nesting"),
    .init(
      text: "version: 1\nsteps: [" + String(repeating: "{pattern: {}},", count: 257) + "]",
      rule: .tooLarge, line: 2, column: 8, words: "257 steps"),
  ]
}

@Suite struct RecipeErrorTests {
  @Test(
    "A wrong recipe is refused with the line, the column and the fact", arguments: WrongRecipe.all)
  func wrong(recipe: WrongRecipe) {
    let error = #expect(throws: RecipeError.self) {
      try Recipe(parsing: Array(recipe.text.utf8))
    }
    guard let error else { return }
    #expect(error.rule == recipe.rule, "\(error)")
    #expect(error.place?.line == recipe.line, "\(error)")
    #expect(error.place?.column == recipe.column, "\(error)")
    let words = error.description + "; " + (error.recovery ?? "")
    #expect(words.contains(recipe.words), "\(words)")
    #expect(error.kind == .badRecipe)
  }

  @Test("Every rule is broken by some recipe")
  func allRules() {
    #expect(Set(WrongRecipe.all.map(\.rule)) == Set(RecipeError.Rule.allCases))
  }

  @Test(
    "Nothing, comments alone and bytes that are no text are refused",
    arguments: [
      [], Array("# only this\n".utf8), Array("---\n".utf8), [0xFF, 0xFE, 0x41, 0], [0x61, 0x80],
      [0xEF, 0xBB, 0xBF],
    ])
  func noText(bytes: [UInt8]) {
    #expect(throws: RecipeError.self) { try Recipe(parsing: bytes) }
  }

  @Test("An alias bomb is refused at its first anchor")
  func aliasBomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n? *a\(level)\n: 1\n"
    }
    let error = #expect(throws: RecipeError.self) { try Recipe(parsing: Array(text.utf8)) }
    #expect(error?.rule == .foreignFeature)
    #expect(error?.place == RecipePlace(line: 1, column: 5))
  }

  @Test("A long recipe is read up to a megabyte and not beyond")
  func length() throws {
    let folder = TemporaryFolder()
    let recipe = Array("version: 1\nsteps: []\n".utf8)
    let comment = { (count: Int) in
      [UInt8(ascii: "#")] + Array(repeating: UInt8(ascii: "x"), count: count - 1)
    }
    let most = recipe + comment(Recipe.maximumBytes - recipe.count)
    #expect(try Recipe(parsing: most) == Recipe())
    let path = folder.write(most + [0x78], to: "long.yaml")
    let error = #expect(throws: FileFailure.self) { try Recipe(path: path) }
    #expect(error?.code == "E-RECIPE-002")
    #expect(error?.description.hasPrefix(ByteString(path).escaped + ": ") == true)
  }

  @Test("What a recipe was cut off at is no recipe, or a shorter one, and never a trap")
  func truncation() {
    let whole = Array(everySetting.utf8)
    for length in whole.indices {
      do {
        _ = try Recipe(parsing: Array(whole[..<length]))
      } catch {
        #expect(error is RecipeError, "\(length)")
      }
    }
  }

  @Test(
    "Slips of the pen are recognised",
    arguments: [
      ("sparcity", ["sparsity"]), ("scop", ["scope"]), ("socpe", ["scope"]), ("name", ["name"]),
      ("zzz", []), ("", []),
    ])
  func nearest(word: String, expected: [String]) {
    #expect(word.nearest(in: ["sparsity", "scope", "threshold", "name"]) == expected)
  }
}
