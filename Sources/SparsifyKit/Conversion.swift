internal import ByteStorage
internal import ModelGraph
internal import ONNXFormat

/// Reads a model, does to it what a recipe says, and writes it in the format of the output's extension.
///
/// ```swift
/// import SparsifyKit
///
/// var conversion = Conversion(input: "model.onnx", output: "model.spm")
/// conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.8))]
/// let report = try conversion.run()
/// print(report.outputBytes)
/// ```
public struct Conversion: Sendable {
  /// The path of the model to read; `-` for standard input.
  public var input: String
  /// The path to write to; `-` for standard output, which needs a format.
  public var output: String
  /// The name of the format to write; nil to go by the output's extension.
  public var format: String?
  /// What is done to the model, and how it is written.
  public var recipe: Recipe
  /// The samples for steps that look at what layers read; nil for none.
  public var calibration: CalibrationData?
  /// How many threads read and code.
  public var threads = 1
  /// How many bytes of memory the work may take; nil for no bound but the design's own.
  public var memoryLimit: Int?
  /// Whether an existing output may be replaced.
  public var replaces = false
  /// Whether to do everything but write.
  public var isDryRun = false

  /// Describes a conversion; without a recipe nothing is lost.
  public init(input: String, output: String, recipe: Recipe = Recipe()) {
    self.input = input
    self.output = output
    self.recipe = recipe
  }

  /// Does it.
  ///
  /// - Parameters:
  ///   - progress: told now and then how many bytes of how many are coded or written.
  ///   - fitting: told how many layers of how many are calibrated.
  /// - Returns: what was done.
  /// - Throws: a `DiagnosticError`; the output has not appeared then, and an older one is untouched.
  @discardableResult
  public func run(
    progress: ((Int, Int) -> Void)? = nil, fitting: ((Int, Int) -> Void)? = nil
  ) throws -> ConversionReport {
    let target = try ModelFormats.format(forOutput: output, named: format)
    try recipe.validate()
    let file = try OpenFile(input: input)
    let name = file.path
    var (source, loaded) = try FileFailure.naming(name) {
      let format = try ModelFormats.format(of: file)
      return (format, try format.read(file, isVerifying: true))
    }
    let sink = try ModelOutput(
      path: isDryRun ? nil : output, replaces: replaces, inputs: loaded.inputs.map(\.identity))
    let obstacles = isDryRun ? obstacles(loaded.inputs.map(\.identity)) : []
    var steps = RecipeRun(
      threads: try threadsWithinBudget(for: loaded.model), data: calibration, progress: fitting)
    try FileFailure.naming(name) {
      try steps.run(recipe, on: &loaded.model)
      try target.write(
        loaded.model, to: sink, options: writingOptions(threads: steps.threads, progress))
    }
    for input in loaded.inputs { try input.checkUnchanged() }
    let written = sink.byteCount
    try sink.commit()
    return ConversionReport(
      inputFormat: source.name, outputFormat: target.name,
      inputBytes: loaded.inputs.reduce(0) { $0 + $1.byteCount }, outputBytes: written,
      isDryRun: isDryRun, recipe: recipe.steps.isEmpty ? nil : recipe.sha256,
      layers: steps.layers, channels: steps.channels.map { ChannelSummary($0) },
      pruning: steps.pruning, calibration: steps.calibration,
      warnings: loaded.warnings.map(\.text) + obstacles + steps.warnings)
  }

  /// What a run that writes would stop at, in words.
  private func obstacles(_ inputs: [FileIdentity]) -> [String] {
    guard output != standardStreamPath,
      let failure = AtomicFile.obstacle(at: output, replaces: replaces, inputs: inputs)
    else { return [] }
    return ["\(failure): " + (failure.recovery ?? "it could not be written")]
  }

  private func writingOptions(
    threads: Int, _ progress: ((Int, Int) -> Void)?
  ) -> WritingOptions {
    WritingOptions(
      level: recipe.output.level, layout: recipe.output.layout,
      shardSize: recipe.output.shardSize?.bytes, threads: threads, progress: progress)
  }
}

extension Conversion {
  /// What one thread holds at most: a chunk of 16-byte elements, its coded form and working space, and
  /// two finished chunks that wait for their turn.
  static let bytesPerThread = 16 << 20
  /// The program itself, its libraries and the structure of a usual model.
  static let baseBytes = 32 << 20

  /// What the work needs besides its threads, in bytes.
  func fixedBytes(for model: Model) -> Int {
    let literal = model.document?.files.first?.literal.byteCount ?? 0
    // A mask has a bit for each weight.
    let masks =
      recipe.prunesWeights ? model.tensors.reduce(0) { $0 + $1.shape.elementCount / 8 } : 0
    return Self.baseBytes + 4 * literal + masks
  }

  /// As many of the threads as the memory limit allows.
  private func threadsWithinBudget(for model: Model) throws(ConversionError) -> Int {
    guard let memoryLimit else { return threads }
    let fixed = fixedBytes(for: model)
    let affordable = (max(memoryLimit, 0) - fixed) / Self.bytesPerThread
    guard affordable >= 1 else {
      throw .overBudget(needed: fixed + Self.bytesPerThread, allowed: memoryLimit)
    }
    return min(threads, affordable)
  }
}
