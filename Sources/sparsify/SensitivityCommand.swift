internal import ArgumentParser
internal import ByteStorage
internal import Pruning
internal import SparsifyKit

/// Says how much each layer can take.
struct SensitivityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sensitivity",
    abstract: "Prunes each layer alone and measures what it does to the outputs; writes no model.",
    discussion: """
      sparsify sensitivity model.onnx --data test.npz                   a table, layers by levels
      sparsify sensitivity model.onnx --data test.npz --levels 60,95    other sparsities, in percent
      sparsify sensitivity model.onnx --data test.npz --svg layers.svg  the same as a drawing
      sparsify sensitivity model.onnx --data test.npz --samples 32 --levels 80 --method sparsegpt
      sparsify sensitivity model.onnx --data test.npz --sparsity 80% --recipe out.yaml
      sparsify sensitivity model.onnx --data test.npz --target-macs 50% --recipe out.yaml

      The error is the norm of the change of the outputs over their norm, of the output where it is
      largest. The network is run once for each layer and level in ONNX Runtime; --samples and --levels
      bound that. With --method samples choose the weights, and layers are repaired, which takes longer.
      What must stay is a pattern for --except, or a share for --sparsity-of. With --recipe such shares
      are chosen, so that the errors together are smallest, and written down: until --sparsity of the
      weights is zero, or --target-macs of the multiplications or --target-bytes of what the weights
      take in a .spm are left.
      """)

  @Argument(
    help: "The model file; - for standard input.", completion: .file(extensions: ["onnx", "spm"]))
  var model: String

  @OptionGroup var samples: DataOptions

  @Option(help: ArgumentHelp("Sparsities to try, in percent.", valueName: "list"))
  var levels = SparsityLevels.usual

  @Option(help: "How weights are ranked: \(SaliencyCriteria.names.joined(separator: ", ")).")
  var criterion = "magnitude"

  @Option(
    help:
      "Let samples choose the weights, and repair layers: \(CalibrationSettings.methods.joined(separator: ", "))."
  )
  var method: String?

  @Option(help: ArgumentHelp("The output to look at (default: all).", valueName: "name"))
  var output: String?

  @Option(help: ArgumentHelp("Prune only what matches: a glob, op:Conv, size:>4k.", valueName: "p"))
  var only: [String] = []

  @Option(help: ArgumentHelp("Leave alone what matches.", valueName: "p"))
  var except: [String] = []

  @Option(
    help: ArgumentHelp("Also write a drawing, in one file.", valueName: "file"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @Option(
    help: ArgumentHelp(
      "With --recipe: the share of all weights to make zero, 0.8 or 80%.", valueName: "share"))
  var sparsity: Share?

  @Option(
    help: ArgumentHelp(
      "With --recipe: the share that is left of multiplications by weights that are not zero.",
      valueName: "share"))
  var targetMacs: Share?

  @Option(
    help: ArgumentHelp(
      "With --recipe: the share that is left of the bytes of weights in a .spm.",
      valueName: "share"))
  var targetBytes: Share?

  @Option(
    help: ArgumentHelp(
      "Also write a recipe: a share for each layer, with the smallest errors together.",
      valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var recipe: String?

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace existing files.")
  var isForced = false

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard method.map(CalibrationSettings.methods.contains) ?? true else {
      throw ValidationError(
        "--method takes one of \(CalibrationSettings.methods.joined(separator: ", "))")
    }
    guard budgets.count == (recipe == nil ? 0 : 1) else {
      throw ValidationError(
        "--recipe needs one of --sparsity, --target-macs and --target-bytes, and they need --recipe"
      )
    }
    let wanted = [sparsity?.value, targetMacs.map { 1 - $0.value }].compactMap(\.self)
    // The share that goes may be off the share that stays by a last digit.
    guard wanted.allSatisfy({ $0 <= (levels.shares.last ?? 1) + 1e-9 }) else {
      throw ValidationError(
        "the highest of --levels does not reach what is asked for; try higher ones")
    }
  }

  func run() throws {
    let (drawing, recipeFile) = (try output(at: svg), try output(at: recipe))
    let scan = try scan
    let report = try scanned(scan)
    try drawing?.write(Array(report.svg(title: AtomicFile.split(model).name).utf8))
    if let budget = budgets.first {
      guard let recipe = try scan.recipe(of: report, within: budget) else {
        throw ValidationError(
          "the layers whose errors are known do not reach what is asked for at the highest of --levels"
        )
      }
      try recipeFile?.write(Array(recipe.text.utf8))
    }
    try drawing?.commit()
    try recipeFile?.commit()
    if common.isJSON { return OutputStream.data.line(try JSONText.encode(report)) }
    OutputStream.data.write(report.text(showsSkipped: common.isVerbose))
    common.warn(report.warnings)
  }

  private var budgets: [SensitivityBudget] {
    [
      sparsity.map { .sparsity($0.value) }, targetMacs.map { .operations($0.value) },
      targetBytes.map { .bytes($0.value) },
    ].compactMap(\.self)
  }

  private func output(at path: String?) throws -> AtomicFile? {
    let identity = try? OpenFile(path: model).identity
    return try path.map {
      try AtomicFile(output: $0, replaces: isForced, inputs: identity.map { [$0] } ?? [])
    }
  }

  private var scan: SensitivityScan {
    get throws {
      var scan = SensitivityScan(path: model, data: samples.data)
      scan.levels = levels.shares
      scan.criterion = criterion
      scan.calibration.method = method
      samples.apply(to: &scan.calibration)
      scan.output = output
      scan.only = try only.map { try Selector($0) }
      scan.except = try except.map { try Selector($0) }
      scan.measuresSizes = targetBytes != nil
      scan.threads = common.threads
      return scan
    }
  }

  private func scanned(_ scan: SensitivityScan) throws -> SensitivityReport {
    let bar = ProgressBar("scanning", unit: .layers, isWanted: !common.isQuiet && !common.isJSON)
    defer { bar.clear() }
    return try scan.run { bar.update($0, of: $1) }
  }
}

/// Sparsities in percent, such as `50,70,90`.
struct SparsityLevels: ExpressibleByArgument {
  static let usual = SparsityLevels(percents: [50, 70, 80, 90])
  private static let most = 32

  private let percents: [Double]

  /// The sparsities, rising.
  var shares: [Double] { percents.map { $0 / 100 } }
  var defaultValueDescription: String { percents.map { "\(Int($0))" }.joined(separator: ",") }

  private init(percents: [Double]) {
    self.percents = percents
  }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let percents = words.compactMap { word -> Double? in
      let digits = word.hasSuffix("%") ? word.dropLast() : word
      guard digits.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }) else { return nil }
      return Double(digits)
    }
    guard percents.count == words.count, words.count <= Self.most,
      percents.allSatisfy({ $0 >= 1 && $0 <= 100 })
    else { return nil }
    self.percents = Set(percents).sorted()
  }
}

extension SensitivityReport {
  /// A line for each tensor, a column for each level.
  func text(showsSkipped: Bool) -> String {
    guard !rows.isEmpty else { return "no layer has weights that can be pruned\n" }
    var table = TextTable(
      ["tensor", "operator", "weights"] + levels.map(percent),
      numeric: Set(2..<3 + levels.count))
    for row in rows {
      table.add(
        [row.name, row.operatorTypes.first ?? "", "\(row.elements)"]
          + row.errors.map { $0?.shortText ?? "?" })
    }
    let foot =
      "relative error of the outputs when one tensor alone is pruned, by \(method), on \(samples) samples"
    let others =
      showsSkipped ? skipped.map { "\($0.name) is left alone: \($0.reason)\n" }.joined() : ""
    return table.text + "\n" + foot + "\n" + others
  }
}
