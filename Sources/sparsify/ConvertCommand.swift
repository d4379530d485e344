internal import ArgumentParser
internal import ByteStorage
internal import SparseCoding
internal import SparseContainer
internal import SparsifyKit

/// Converts and prunes: the main job.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Converts a model file, pruning it if asked (the default subcommand).",
    usage: "sparsify INPUT OUTPUT [options]")

  @Argument(
    help: "The model to read: .onnx or .spm, by its content; - for standard input.",
    completion: .file(extensions: ["onnx", "spm"]))
  var input: String?

  @Argument(
    help: "The file to write: .onnx or .spm, by its extension; - for standard output, with --to.",
    completion: .file(extensions: ["onnx", "spm"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Do the steps of a recipe, YAML or JSON; what other options say counts more.",
      valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var recipe: String?

  @Flag(help: "Print the recipe that all options mean together, and do nothing.")
  var printRecipe = false

  @OptionGroup(title: "Removing channels") var channels: ChannelOptions

  @OptionGroup(title: "Pruning") var pruning: PruningOptions

  @OptionGroup(title: "Calibration") var calibration: CalibrationOptions

  @Option(
    help: "The format to write, when the output's extension does not say: onnx or spm.",
    completion: .list(ModelFormats.all.map(\.name)))
  var to: String?

  @Option(help: "How hard to try: fast, balanced or small (default: balanced).")
  var level: CompressionLevel?

  @Option(help: "How tensors stand in .spm: packed, or mapped: as they are, on pages of their own.")
  var layout: ContainerLayout?

  @Option(
    help: ArgumentHelp(
      "Write .spm in files of at most so much, unless one tensor takes more.", valueName: "size"))
  var shardSize: ByteSize?

  @Option(help: ArgumentHelp("Use at most so much memory, such as 512M.", valueName: "size"))
  var maxMemory: ByteSize?

  @Option(
    help: ArgumentHelp("Also write a JSON report of the conversion.", valueName: "file"),
    completion: .file())
  var report: String?

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Do everything but write.")
  var isDryRun = false

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing output.")
  var isForced = false

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard output != standardStreamPath || !common.isJSON else {
      throw ValidationError("standard output takes the model or --json, not both; see --report")
    }
    for (argument, name) in [(input, "input"), (output, "output")] {
      guard argument != nil || printRecipe else {
        throw ValidationError("Missing expected argument '<\(name)>'")
      }
    }
  }

  func run() throws {
    let recipe = try effectiveRecipe
    if printRecipe {
      try recipe.validate()
      return OutputStream.data.write(recipe.text)
    }
    let start = monotonicSeconds()
    try checkReportPath()
    let reportFile = try report.map { try AtomicFile(path: $0, replaces: isForced) }
    let isTalking = !common.isQuiet && !common.isJSON
    let bar = ProgressBar("converting", isWanted: isTalking)
    let layers = ProgressBar("calibrating", unit: .layers, isWanted: isTalking)
    let conversion = conversion(by: recipe)
    let result: ConversionReport
    do {
      defer {
        bar.clear()
        layers.clear()
      }
      result = try conversion.run(
        progress: { done, total in
          layers.clear()
          bar.update(done, of: total)
        }, fitting: { layers.update($0, of: $1) })
    }
    if let reportFile {
      try checkReportPath()
      try reportFile.write(Array((JSONText.encode(result) + "\n").utf8))
      try reportFile.commit()
    }
    try publish(result, seconds: monotonicSeconds() - start)
  }

  /// The recipe file with what the options say in its place.
  private var effectiveRecipe: Recipe {
    get throws {
      var recipe = try self.recipe.map { try Recipe(path: $0) } ?? Recipe()
      try channels.amend(&recipe)
      try pruning.amend(&recipe, isForced: isForced)
      try calibration.amend(&recipe)
      recipe.output.level = level ?? recipe.output.level
      recipe.output.layout = layout ?? recipe.output.layout
      recipe.output.shardSize = shardSize ?? recipe.output.shardSize
      return recipe
    }
  }

  /// What the options ask for.
  ///
  /// Throws for options that contradict each other, and for a recipe that is wrong.
  func conversion() throws -> Conversion {
    let recipe = try effectiveRecipe
    try recipe.validate()
    return conversion(by: recipe)
  }

  private func conversion(by recipe: Recipe) -> Conversion {
    var conversion = Conversion(input: input ?? "", output: output ?? "", recipe: recipe)
    conversion.format = to
    if !calibration.calibrate.isEmpty {
      conversion.calibration = CalibrationData(files: calibration.calibrate)
    }
    conversion.threads = common.threads
    conversion.memoryLimit = maxMemory?.bytes
    conversion.replaces = isForced
    conversion.isDryRun = isDryRun
    return conversion
  }

  /// The report must not replace the model that is read or the one that is written.
  private func checkReportPath() throws {
    guard let report, let identity = try? OpenFile(path: report).identity else { return }
    for model in [input, output].compactMap(\.self) {
      guard let other = try? OpenFile(path: model).identity else { continue }
      guard !identity.isSameFile(as: other) else { throw FileError.sameFile(report) }
    }
  }

  private func publish(_ result: ConversionReport, seconds: Double) throws {
    if common.isJSON { return OutputStream.data.line(try JSONText.encode(result)) }
    common.warn(result.warnings)
    if common.isVerbose, let channels = result.channels { common.say(channels.table) }
    if common.isVerbose, let pruned = result.pruning { common.say(pruned.table) }
    if common.isVerbose, let calibration = result.calibration { common.say(calibration.table) }
    common.say(result.summary(seconds: seconds))
    if !isDryRun { common.suggest(next(after: result)) }
  }
}

extension ConvertCommand {
  private func next(after result: ConversionReport) -> NextStep {
    let isPruned = result.pruning != nil || result.channels != nil || result.layers != nil
    let (input, output) = (input ?? "", output ?? "")
    return isPruned
      ? .afterPruning(input: input, output: output) : .afterStoring(input: input, output: output)
  }
}

extension ConversionReport {
  /// One line: from how much to how much, and what was pruned.
  func summary(seconds: Double) -> String {
    let ratio = Double(inputBytes) / Double(max(outputBytes, 1))
    var parts = [
      "\(ByteSize(inputBytes)) -> \(ByteSize(outputBytes))",
      ratio >= 1 ? "\(ratio.fixed(2))x smaller" : "\((1 / max(ratio, 1e-9)).fixed(2))x larger",
    ]
    if let layers { parts.append("\(layers.removed) of \(layers.blocks.count) blocks removed") }
    if let channels {
      parts.append("\(channels.removed) channels removed, \(channels.share) of parameters left")
    }
    if let pruning {
      let share = Double(pruning.zerosAfter) / Double(max(pruning.weights, 1))
      parts.append("\((share * 100).fixed(1)) % of \(pruning.weights) weights zero")
    }
    parts.append("\(seconds.fixed(seconds < 10 ? 2 : 0)) s")
    return (isDryRun ? "dry run: " : "") + parts.joined(separator: ", ")
  }
}

extension CalibrationSummary {
  /// A line for each set of channels, then one for each layer that was fitted.
  var table: String { channels.isEmpty ? layerTable : channelTable + "\n" + layerTable }

  private var channelTable: String {
    var table = TextTable(
      ["channels", "read from", "of", "gone", "error", "plain", "note"], numeric: [2, 3, 4, 5])
    for row in channels {
      table.add(
        [
          row.name, row.layer, "\(row.channels)", "\(row.removed)", row.error.fixed(4),
          row.plainError.fixed(4), row.isPlain ? "plain kept" : "",
        ])
    }
    return table.text
  }

  private var layerTable: String {
    var table = TextTable(["layer", "samples", "error", "plain", "note"], numeric: [1, 2, 3])
    for row in layers {
      table.add(
        [
          row.name, "\(row.samples)", row.error.fixed(4), row.plainError.fixed(4),
          row.isPlain ? "plain kept" : "",
        ])
    }
    for row in others { table.add([row.name, "", "", "", "plain: \(row.reason)"]) }
    return table.text
  }
}

extension PruningSummary {
  /// A line for each tensor that was pruned or left alone.
  var table: String {
    var table = TextTable(["tensor", "weights", "zeros", "sparsity", "note"], numeric: [1, 2, 3])
    for row in tensors {
      let share = Double(row.zerosAfter) / Double(max(row.elements, 1))
      table.add(
        [
          row.name, "\(row.elements)", "\(row.zerosAfter)", "\((share * 100).fixed(1)) %",
          row.note ?? "",
        ])
    }
    for row in skipped { table.add([row.name, "\(row.elements)", "", "", "left: \(row.reason)"]) }
    return table.text
  }
}
