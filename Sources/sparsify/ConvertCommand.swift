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

  @OptionGroup(title: "Limit of what is lost") var limit: LimitOptions

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
    guard !printRecipe || limit.maxDrop == nil else {
      throw ValidationError(
        "--print-recipe cannot know what --max-drop will find; the result's history has its recipe")
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
    try ConversionRun(conversion: conversion(by: recipe), report: report, talker: common).run()
  }

  /// The recipe file with what the options say in its place.
  private var effectiveRecipe: Recipe {
    get throws {
      var recipe = try self.recipe.map { try Recipe(path: $0) } ?? Recipe()
      try channels.amend(&recipe)
      var pruning = pruning
      if limit.maxDrop != nil, recipe.steps.isEmpty { pruning.looksForSparsity() }
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
    conversion.limit = limit.limit
    conversion.threads = common.threads
    conversion.memoryLimit = maxMemory?.bytes
    conversion.replaces = isForced
    conversion.isDryRun = isDryRun
    return conversion
  }
}
