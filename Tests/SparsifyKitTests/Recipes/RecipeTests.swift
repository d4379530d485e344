import ByteStorage
import Pruning
import SparseCoding
import SparseContainer
import StructuredPruning
import TestSupport
import Testing

@testable import SparsifyKit

/// A recipe with every setting that there is.
let everySetting = """
  version: 1
  steps:
    - layers: {count: 2}
    - channels:
        share: 25%
        operator: {Conv: 0.5}
        name: {"conv1*": 0, "op:Gemm": 0.125}
        heads: 0.5
        dead: true
        scope: global
        criterion: random
        seed: 7
        round-to: 8
        min-channels: 4
        fold-biases: true
        only: [conv1, "op:Conv"]
        except: ["size:>4k"]
    - channels: {target-macs: 0.5}
    - channels: {target-parameters: 40%}
    - channels: {target-bytes: 1}
    - channels: {dead: true}
    - prune:
        sparsity: 0.8
        block: 4x1
        scope: global
        operator: {Conv: 60%}
        name: {conv1: 0.25, "*": 5.0e-05}
        criterion: magnitude
        only: ["*"]
        except: [head]
    - prune: {threshold: 0.01}
    - prune: {sparsity: 1, criterion: random, seed: 18446744073709551615}
    - pattern: {keep: "1:4", criterion: random, seed: 3, only: [a], except: [b]}
    - pattern: {}
    - convert: {level: small, layout: mapped, shard-size: 2.5M}
  """

@Suite struct RecipeTests {
  private func recipe(_ text: String) throws -> Recipe { try Recipe(parsing: Array(text.utf8)) }

  @Test("Every setting is read")
  func allSettings() throws {
    let recipe = try recipe(everySetting)
    #expect(recipe.steps.count == 11)
    #expect(recipe.steps[0] == .layers(LayerStep(count: 2)))
    guard case .channels(let channels) = recipe.steps[1], case .prune(let prune) = recipe.steps[6]
    else {
      Issue.record("the steps are of other kinds")
      return
    }
    var expected = ChannelStep(share: 0.25)
    expected.operatorShares = [SelectedShare(try Selector("op:Conv"), 0.5)]
    expected.nameShares = [
      SelectedShare(try Selector("conv1*"), 0), SelectedShare(try Selector("op:Gemm"), 0.125),
    ]
    expected.heads = 0.5
    expected.removesDead = true
    expected.scope = .global
    expected.criterion = "random"
    expected.seed = 7
    expected.roundTo = 8
    expected.minimumChannels = 4
    expected.foldsBiases = true
    expected.only = [try Selector("conv1"), try Selector("op:Conv")]
    expected.except = [try Selector("size:>4k")]
    #expect(channels == expected)
    var pruning = PruneStep(sparsity: 0.8, scope: .global)
    pruning.block = try BlockPattern(rows: 4, columns: 1)
    pruning.operatorShares = [SelectedShare(try Selector("op:Conv"), 0.6)]
    pruning.nameShares = [
      SelectedShare(try Selector("conv1"), 0.25), SelectedShare(try Selector("*"), 5e-5),
    ]
    pruning.only = [try Selector("*")]
    pruning.except = [try Selector("head")]
    #expect(prune == pruning)
    #expect(recipe.output.level == .small)
    #expect(recipe.output.layout == .mapped)
    #expect(recipe.output.shardSize?.bytes == 2_500_000)
  }

  @Test("The normal form is the same recipe, and its own normal form")
  func roundTrip() throws {
    let first = try recipe(everySetting)
    let second = try recipe(first.text)
    #expect(second == first)
    #expect(second.text == first.text)
    #expect(second.sha256 == first.sha256)
  }

  @Test("The normal form says what is left out")
  func normalForm() throws {
    let short = try recipe("{version: 1, steps: [{prune: {sparsity: 80%}}]}")
    #expect(
      short.text == """
        version: 1
        steps:
          - prune:
              sparsity: 0.8
              scope: layer
              criterion: magnitude
          - convert:
              level: balanced
              layout: packed

        """)
    // Of the text above, by sha256sum.
    #expect(short.sha256 == "b41bb4ba675dabbac793a56265bdc1b479ab3926d1342e4a96bbde658a4d64cd")
    var inMemory = Recipe(steps: [.prune(PruneStep(sparsity: 0.8))])
    #expect(inMemory == short && inMemory.sha256 == short.sha256)
    inMemory.output.level = .fast
    #expect(inMemory.sha256 != short.sha256)
  }

  @Test("Names keep every character through the normal form")
  func names() throws {
    let names = [
      "a b", "*", "&a", "a: b", "#x", "true", "No", "1", "1.5", "1:30", "-", "'\"\\", "a\nb\tc",
      "naïve", "ひ", "\u{1F600}", "\u{85}\u{2028}\u{FEFF}\u{7F}\u{1}", "{", "[x]", "%", "@", "`",
      "~",
      "layer.0/W-1_x",
    ].filter { (try? Selector($0)) != nil }
    #expect(names.count > 20)
    var step = PruneStep(sparsity: 0.5)
    step.only = try names.map { try Selector($0) }
    step.nameShares = try names.map { SelectedShare(try Selector($0), 0.5) }
    let written = Recipe(steps: [.prune(step)])
    #expect(try recipe(written.text) == written)
  }

  @Test("JSON is read as YAML is, surrogate pairs and all")
  func json() throws {
    let text =
      #"{"version":1,"steps":[{"prune":{"sparsity":0.5,"only":["a\ud83d\ude00\u3072\/\\ud83d"]}},"#
      + "\n\t{\"convert\":{\"shard-size\":4096}}]}"
    let recipe = try recipe(text)
    guard case .prune(let step)? = recipe.steps.first else {
      Issue.record("no step prune")
      return
    }
    #expect(step.only.map(\.description) == ["a\u{1F600}ひ/\\ud83d"])
    #expect(recipe.output.shardSize?.bytes == 4096)
  }

  @Test("Steps are put where they are best done")
  func insertion() {
    var recipe = Recipe()
    recipe.insert(.pattern(PatternStep()))
    recipe.insert(.layers(LayerStep()))
    recipe.insert(.prune(PruneStep(sparsity: 0.5)))
    recipe.insert(.channels(ChannelStep(share: 0.5)))
    #expect(recipe.steps.map(\.rank) == [0, 1, 2, 3])
  }

  @Test("The starter is right, and so is each of its examples")
  func starter() throws {
    #expect(try recipe(Recipe.starter).steps == [.prune(PruneStep(sparsity: 0.8))])
    for kind in RecipeKind.all {
      let needed = ["prune": ["sparsity: 0.5"], "channels": ["share: 0.5"]][kind.name] ?? []
      for line in kind.starter {
        // Goals exclude each other; everything else goes with the usual one.
        let key = line.setting.prefix { $0 != ":" }
        let isGoal =
          key == "threshold" || key == "sparsity" || key == "share"
          || key.hasPrefix("target-")
        let settings = (isGoal ? [] : needed) + [line.setting]
        let text = "{version: 1, steps: [{\(kind.name): {\(settings.joined(separator: ", "))}}]}"
        #expect(throws: Never.self, "\(text)") { try recipe(text) }
      }
    }
  }

  @Test("A recipe that was made in memory is checked before anything is read")
  func inMemory() {
    let conversion = Conversion(
      input: "/does/not/exist", output: "a.spm", recipe: Recipe(steps: [.prune(PruneStep())]))
    #expect(throws: RecipeError.self) { try conversion.run() }
    var both = PruneStep(sparsity: 0.5)
    both.threshold = 1
    #expect(throws: RecipeError.self) { try Recipe(steps: [.prune(both)]).validate() }
  }

  @Test("Several steps of a kind are done in order, and the report and the history tell of all")
  func severalSteps() throws {
    let folder = TemporaryFolder()
    var first = PruneStep(sparsity: 0.5)
    first.only = [try Selector("hidden.weight")]
    var second = PruneStep(sparsity: 0.25)
    second.except = [try Selector("conv1*")]
    let recipe = Recipe(steps: [.prune(first), .prune(second), .pattern(PatternStep())])
    let report = try Conversion(
      input: SharedFiles.fixture("models/cnn.onnx"), output: folder.file("a.spm"), recipe: recipe
    ).run()
    let pruning = try #require(report.pruning)
    let hidden = try #require(pruning.tensors.first { $0.name == "hidden.weight" })
    #expect(hidden.zerosBefore == 0 && hidden.zerosAfter >= hidden.elements / 2)
    #expect(Set(pruning.tensors.map(\.name)).count == pruning.tensors.count)
    #expect(pruning.weights == pruning.tensors.reduce(0) { $0 + $1.elements })
    #expect(report.recipe == recipe.sha256)
    let history = try Inspection(path: folder.file("a.spm")).run().history
    #expect(history.map(\.action) == ["prune", "prune", "prune", "recipe"])
    #expect(history.last?.settings["sha256"] == recipe.sha256)
    #expect(history.last?.settings["text"] == recipe.text)
  }
}
