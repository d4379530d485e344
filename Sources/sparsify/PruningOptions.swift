internal import ArgumentParser
internal import Pruning
internal import SparsifyKit

/// The options that say what to prune.
struct PruningOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Share of weights to make zero: 0.8 or 80%.", valueName: "share"))
  var sparsity: Share?

  @Option(help: "Prune in each layer alone, or over all layers together: layer, global.")
  var scope: PruningScope = .layer

  @Option(
    help: "How weights are ranked: \(SaliencyCriteria.all.map(\.name).joined(separator: ", ")).")
  var criterion = "magnitude"

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
  var seed: UInt64 = 0
}

extension PruningOptions {
  /// What the options ask for; nil when they ask for nothing.
  ///
  /// Throws for options that contradict each other.
  func request(isForced: Bool, hasOtherGoal: Bool) throws -> PruningRequest? {
    guard let goal = try goal(isForced: isForced) else {
      guard hasOtherGoal || only.isEmpty && except.isEmpty else {
        throw ValidationError(
          "nothing to prune: give --sparsity, --threshold, --pattern or --channels")
      }
      return nil
    }
    guard let criterion = SaliencyCriteria.all.first(where: { $0.name == criterion }) else {
      let known = SaliencyCriteria.all.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no criterion \"\(criterion)\"; there are: \(known)")
    }
    return PruningRequest(goal: goal, criterion: criterion, rules: try rules, seed: seed)
  }

  /// Which tensors are meant; what is left out stays left out, whatever --only says.
  var rules: [SelectionRule] {
    get throws { try only.map(SelectionRule.only) + except.map(SelectionRule.except) }
  }

  private func goal(isForced: Bool) throws -> PruningGoal? {
    let asked = [sparsity != nil, threshold != nil, pattern != nil].filter { $0 }.count
    guard asked <= 1 else {
      throw ValidationError("give only one of --sparsity, --threshold and --pattern")
    }
    if let sparsity, sparsity.value == 1, !isForced {
      throw ValidationError("--sparsity 1 removes every weight; pass -f if that is meant")
    }
    if let block {
      guard let sparsity else { throw ValidationError("--block goes with --sparsity") }
      let blocks = try BlockPattern(rows: block.rows, columns: block.columns)
      return .blocks(blocks, sparsity: sparsity.value, scope)
    }
    if let pattern { return .groups(try GroupPattern(kept: pattern.kept, group: pattern.group)) }
    if let threshold { return .threshold(threshold) }
    return sparsity.map { .sparsity($0.value, scope) }
  }
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
struct SelectedShare: ExpressibleByArgument {
  let selector: String
  let share: Share

  init?(argument: String) {
    guard let separator = argument.lastIndex(of: "="),
      let share = Share(argument: String(argument[argument.index(after: separator)...]))
    else { return nil }
    selector = String(argument[..<separator])
    self.share = share
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
