internal import ArgumentParser
internal import Pruning
internal import SparsifyKit

/// The options that say what to prune.
struct PruningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Share of weights to make zero: 0.8 or 80%.", valueName: "share"))
  var sparsity: Share?

  @Option(
    help: ArgumentHelp(
      "Share of its own for what matches; the last that matches counts.", valueName: "glob=share"))
  var sparsityOf: [SelectorAndShare] = []

  @Option(
    help:
      "Prune in each layer alone (layer) or over all together (global); or give each layer a share by its shape (erk), its sizes (lamp) or, with --calibrate, what stands out (owl) (default: layer)."
  )
  var scope: PruningScope?

  @Option(
    help:
      "How weights are ranked: \(SaliencyCriteria.names.joined(separator: ", ")) (default: magnitude)."
  )
  var criterion: String?

  @Option(help: ArgumentHelp("Make weights below this magnitude zero.", valueName: "t"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp("Keep N of every M weights along the reduction axis.", valueName: "n:m"))
  var pattern: GroupShape?

  @Option(
    help: ArgumentHelp("With --sparsity: zero whole blocks of R by C weights.", valueName: "rxc"))
  var block: BlockShape?

  @Option(help: ArgumentHelp("Prune only what matches: a glob, op:Conv, size:>4k.", valueName: "p"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Leave alone what matches.", valueName: "p"))
  var except: [String] = []

  @Option(help: "Seed of the random criterion.")
  var seed: UInt64?
}

extension PruningOptions {
  /// Asks for the largest sparsity that a search may find, unless something else is asked for.
  mutating func looksForSparsity() {
    guard sparsity == nil, threshold == nil, pattern == nil else { return }
    sparsity = Share(Recipe.largestSearchedShare)
  }

  /// Puts what the options say into a recipe: into every step with such a setting, and where there is
  /// none, into a new step.
  ///
  /// - Throws: `ValidationError` for options that contradict each other, `PruningError` for selectors.
  func amend(_ recipe: inout Recipe, isForced: Bool) throws {
    try check(recipe, isForced: isForced)
    let prunes = sparsity != nil || threshold != nil || !sparsityOf.isEmpty
    if prunes, !recipe.steps.contains(where: \.isPrune) { recipe.insert(.prune(PruneStep())) }
    if pattern != nil, !recipe.steps.contains(where: \.isPattern) {
      recipe.insert(.pattern(PatternStep()))
    }
    guard !recipe.steps.isEmpty || (only.isEmpty && except.isEmpty) else {
      throw ValidationError(
        "nothing to prune: give --sparsity, --threshold, --pattern or --channels")
    }
    recipe.steps = try recipe.steps.map(amended)
  }

  private func check(_ recipe: Recipe, isForced: Bool) throws {
    let asked = [sparsity != nil, threshold != nil, pattern != nil].filter { $0 }.count
    guard asked <= 1 else {
      throw ValidationError("give only one of --sparsity, --threshold and --pattern")
    }
    guard threshold == nil || (sparsityOf.isEmpty && block == nil) else {
      throw ValidationError("--sparsity-of and --block do not go with --threshold")
    }
    if let sparsity, sparsity.value == 1, !isForced {
      throw ValidationError("--sparsity 1 removes every weight; pass -f if that is meant")
    }
    let hasSparsity = sparsity != nil || !sparsityOf.isEmpty
    guard block == nil || hasSparsity || recipe.steps.contains(where: \.isPrune) else {
      throw ValidationError("--block goes with --sparsity")
    }
  }

  private func amended(_ step: RecipeStep) throws -> RecipeStep {
    switch step {
    case .layers: return step
    case .channels(var step):
      try select(&step.only, &step.except)
      step.seed = seed ?? step.seed
      return .channels(step)
    case .pattern(var step):
      try select(&step.only, &step.except)
      if let pattern {
        step.keep = try GroupPattern(kept: pattern.kept, group: pattern.group)
      }
      step.criterion = criterion ?? step.criterion
      step.seed = seed ?? step.seed
      return .pattern(step)
    case .prune(var step):
      try select(&step.only, &step.except)
      try amend(&step)
      return .prune(step)
    }
  }

  private func amend(_ step: inout PruneStep) throws {
    if let threshold {
      step.threshold = threshold
      (step.sparsity, step.block, step.operatorShares, step.nameShares) = (nil, nil, [], [])
    }
    if sparsity != nil || !sparsityOf.isEmpty { step.threshold = nil }
    step.sparsity = sparsity?.value ?? step.sparsity
    step.nameShares += try sparsityOf.map { try $0.selected }
    if let block { step.block = try BlockPattern(rows: block.rows, columns: block.columns) }
    step.scope = scope ?? step.scope
    step.criterion = criterion ?? step.criterion
    step.seed = seed ?? step.seed
  }

  private func select(_ only: inout [Selector], _ except: inout [Selector]) throws {
    if !self.only.isEmpty { only = try self.only.map { try Selector($0) } }
    if !self.except.isEmpty { except = try self.except.map { try Selector($0) } }
  }
}

extension RecipeStep {
  fileprivate var isPrune: Bool { if case .prune = self { true } else { false } }
  fileprivate var isPattern: Bool { if case .pattern = self { true } else { false } }
}

/// A share between 0 and 1, written `0.8` or `80%`.
struct Share: ExpressibleByArgument {
  let value: Double

  init(_ value: Double) {
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    let digits = isPercent ? argument.dropLast() : argument[...]
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }), let number = Double(digits)
    else { return nil }
    value = isPercent ? number / 100 : number
    guard (0...1).contains(value) else { return nil }
  }
}

/// `conv1*=0.25`.
struct SelectorAndShare: ExpressibleByArgument {
  let selector: String
  let share: Share

  init?(argument: String) {
    guard let separator = argument.lastIndex(of: "="),
      let share = Share(argument: String(argument[argument.index(after: separator)...]))
    else { return nil }
    selector = String(argument[..<separator])
    self.share = share
  }

  /// The share with its selector read.
  ///
  /// - Throws: `PruningError` for a selector that makes no sense.
  var selected: SelectedShare {
    get throws { SelectedShare(try Selector(selector), share.value) }
  }
}

/// `2:4`.
struct GroupShape: ExpressibleByArgument {
  let kept: Int
  let group: Int

  init?(argument: String) {
    guard let (kept, group) = twoNumbers(argument, separator: ":"), (1...64).contains(group),
      (1...group).contains(kept)
    else { return nil }
    (self.kept, self.group) = (kept, group)
  }
}

/// `4x1`.
struct BlockShape: ExpressibleByArgument {
  let rows: Int
  let columns: Int

  init?(argument: String) {
    guard let (rows, columns) = twoNumbers(argument, separator: "x"), rows > 0, columns > 0 else {
      return nil
    }
    (self.rows, self.columns) = (rows, columns)
  }
}

private func twoNumbers(_ text: String, separator: Character) -> (Int, Int)? {
  let parts = text.split(separator: separator, omittingEmptySubsequences: false)
  guard parts.count == 2, let first = Int(parts[0]), let second = Int(parts[1]) else { return nil }
  return (first, second)
}
