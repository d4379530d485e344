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
  /// How much accuracy may be lost: the one share of the recipe is made as large as that allows, up to
  /// what it is; nil to do what the recipe says.
  public var limit: AccuracyLimit?
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
  ///   - fitting: told how many layers of how many are calibrated; with a limit, parts of tries.
  ///   - tried: told of each share that is tried where there is a limit.
  /// - Returns: what was done.
  /// - Throws: a `DiagnosticError`; the output has not appeared then, and an older one is untouched.
  @discardableResult
  public func run(
    progress: ((Int, Int) -> Void)? = nil, fitting: ((Int, Int) -> Void)? = nil,
    tried: ((SearchSummary.Try) -> Void)? = nil
  ) throws -> ConversionReport {
    let target = try ModelFormats.format(forOutput: output, named: format)
    try recipe.validate()
    let file = try OpenFile(input: input)
    let source = try FileFailure.naming(file.path) { try ModelFormats.format(of: file) }
    let contents = try FileFailure.naming(file.path) { try open(file, source, for: target) }
    let identities = contents.inputs.map(\.identity)
    let sink = try ModelOutput(
      path: isDryRun ? nil : output, replaces: replaces, inputs: identities)
    let obstacles = isDryRun ? obstacles(identities) : []
    let threads = try threadsWithinBudget(for: contents)
    let options = writingOptions(threads: threads, progress)
    let (steps, recipe, search) = try FileFailure.naming(file.path) {
      switch contents {
      case .files(let restoration):
        try restoration.write(to: sink, options: options)
        return (RecipeRun(threads: threads), self.recipe, SearchSummary?.none)
      case .model(let loaded):
        let (made, search) = try outcome(of: loaded.model, threads: threads, fitting, tried)
        try target.write(made.model, to: sink, options: options)
        return (made.steps, made.recipe, search)
      }
    }
    for input in contents.inputs { try input.checkUnchanged() }
    let written = sink.byteCount
    try sink.commit()
    return ConversionReport(
      inputFormat: source.name, outputFormat: target.name,
      inputBytes: contents.inputs.reduce(0) { $0 + $1.byteCount }, outputBytes: written,
      isDryRun: isDryRun, recipe: recipe.steps.isEmpty ? nil : recipe.sha256,
      layers: steps.layers, channels: steps.channels.map { ChannelSummary($0) },
      pruning: steps.pruning, calibration: steps.calibration, search: search,
      warnings: contents.warnings + obstacles + steps.warnings)
  }

  /// What is read, as far as the work asks for it.
  private enum Contents {
    /// The files that come back as they were.
    case files(Restoration)
    case model(LoadedModel)

    var inputs: [any InputFile] {
      switch self {
      case .files(let restoration): restoration.inputs
      case .model(let loaded): loaded.inputs
      }
    }

    var warnings: [String] {
      switch self {
      case .files: []
      case .model(let loaded): loaded.warnings.map(\.text)
      }
    }
  }

  private func open(
    _ file: OpenFile, _ source: any ModelFormat, for target: any ModelFormat
  ) throws -> Contents {
    if recipe.steps.isEmpty, limit == nil,
      let files = try source.restoration(of: file, as: target.name)
    {
      return .files(files)
    }
    return .model(try source.read(file, isVerifying: true))
  }

  /// Does the steps, with what the recipe says or what the limit allows.
  private func outcome(
    of model: Model, threads: Int, _ fitting: ((Int, Int) -> Void)?,
    _ tried: ((SearchSummary.Try) -> Void)?
  ) throws -> (outcome: LimitedRun.Outcome, summary: SearchSummary?) {
    guard let limit else {
      var (model, steps) = (
        model, RecipeRun(threads: threads, data: calibration, progress: fitting)
      )
      try steps.run(recipe, on: &model)
      return (LimitedRun.Outcome(model: model, steps: steps, recipe: recipe), nil)
    }
    let run = LimitedRun(recipe: recipe, limit: limit) { progress in
      RecipeRun(threads: threads, data: calibration, progress: progress)
    }
    return try run.best(of: model, progress: fitting, tried: tried)
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

  private static func bytes(forStructure literal: Int) -> Int { baseBytes + 4 * literal }

  /// What the work needs besides its threads, in bytes.
  func fixedBytes(for model: Model) -> Int {
    // A mask has a bit for each weight.
    let masks =
      recipe.prunesWeights ? model.tensors.reduce(0) { $0 + $1.shape.elementCount / 8 } : 0
    return Self.bytes(forStructure: model.document?.files.first?.literal.byteCount ?? 0) + masks
  }

  /// As many of the threads as the memory limit allows.
  private func threadsWithinBudget(for contents: Contents) throws(ConversionError) -> Int {
    guard let memoryLimit else { return threads }
    let fixed =
      switch contents {
      case .files(let restoration): Self.bytes(forStructure: restoration.literalByteCount)
      case .model(let loaded): fixedBytes(for: loaded.model)
      }
    let affordable = (max(memoryLimit, 0) - fixed) / Self.bytesPerThread
    guard affordable >= 1 else {
      throw .overBudget(needed: fixed + Self.bytesPerThread, allowed: memoryLimit)
    }
    return min(threads, affordable)
  }
}
