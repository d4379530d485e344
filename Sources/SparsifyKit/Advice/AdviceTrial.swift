internal import ByteStorage
internal import ModelGraph
internal import Pruning
internal import SparseCoding
internal import StructuredPruning

/// Carries plans out on a model, or on a sample of it, into a sink that only counts.
struct AdviceTrial {
  /// What came of a plan.
  struct Outcome {
    let bytes: Int
    let sparsity: Double?
    let weightError: Double?
    let operationsLeft: Double?
    let outputError: Double?
    let isEstimate: Bool
  }

  /// Coding at `--level small` takes so many times the time of the others.
  private static let effortOfSmall = 4

  private let whole: Model
  private let advisor: Advisor
  private let tensorBytes: Int
  /// How many elements are weights.
  let weightCount: Int
  /// What the whole's weights amount to; nil when there are too many to look at.
  private let energy: WeightEnergy?
  /// What measures outputs; nil when that is not wanted.
  private let outputs: OutputErrors?
  /// How many bytes the whole takes without loss, for what is left of it after channels went.
  private var losslessRatio: Double?

  init(_ model: Model, _ advisor: Advisor, _ outputs: OutputErrors?) throws {
    whole = model
    self.advisor = advisor
    self.outputs = outputs
    tensorBytes = model.tensors.reduce(0) { $0 + $1.contents.byteCount }
    weightCount = try PrunableWeights(of: model).weights.filter { $0.refusal == nil }
      .reduce(0) { $0 + model[$1.tensor].shape.elementCount }
    energy =
      tensorBytes > advisor.sampleBytes
      ? nil : try WeightEnergy(of: model, threads: advisor.threads)
  }

  /// Carries a plan out; nil when it changes nothing that it should.
  mutating func outcome(of plan: AdvicePlan, warnings: inout [String]) throws -> Outcome? {
    let effort = plan.level == .small ? Self.effortOfSmall : 1
    let limit = advisor.sampleBytes / effort
    guard tensorBytes > limit else { return try outcomeOfWhole(plan, &warnings) }
    if case .channels(let step) = plan.step { return try outcomeOfShapes(plan, step) }
    return try outcomeOfSample(plan, TensorSample(whole, limit: limit))
  }

  private func outcomeOfWhole(_ plan: AdvicePlan, _ warnings: inout [String]) throws -> Outcome? {
    var model = whole
    let run = try run(plan.recipe, on: &model)
    if let channels = run.channels, channels.removedCount == 0 {
      warnings += channels.warnings.filter { !warnings.contains($0) }
      return nil
    }
    guard run.pruning?.pruned != 0 else { return nil }
    let after = plan.method == .lossless ? energy : try WeightEnergy(of: model, threads: threads)
    return Outcome(
      bytes: try size(of: model, plan.level), sparsity: after?.sparsity,
      weightError: plan.method == .lossless ? 0 : after.flatMap { energy?.removed(leaving: $0) },
      operationsLeft: run.channels?.operationsLeft,
      outputError: try outputError(of: model, plan, &warnings), isEstimate: false)
  }

  /// How far the outputs are off; nil when that is not wanted, or there is no answer, which is warned of.
  private func outputError(
    of model: Model, _ plan: AdvicePlan, _ warnings: inout [String]
  ) throws -> Double? {
    guard let outputs else { return nil }
    guard plan.method != .lossless else { return 0 }
    do {
      return try outputs.error(of: model)
    } catch let none as OutputErrors.NoAnswer {
      warnings.append("\(plan.name): \(none.reason)")
      return nil
    }
  }

  private mutating func outcomeOfSample(
    _ plan: AdvicePlan, _ sample: TensorSample
  ) throws -> Outcome? {
    var model = sample.model
    let before = try WeightEnergy(of: model, threads: threads)
    guard try run(plan.recipe, on: &model).pruning?.pruned != 0 else { return nil }
    let after = plan.method == .lossless ? before : try WeightEnergy(of: model, threads: threads)
    var structure = sample.model
    structure.editGraphs { graphs, _ in graphs[0].initializers = [] }
    let bytes = sample.extrapolated(
      try size(of: model, plan.level), structure: try size(of: structure, plan.level))
    if plan.method == .lossless, plan.level == .balanced {
      losslessRatio = Double(bytes) / Double(max(tensorBytes, 1))
    }
    return Outcome(
      bytes: bytes, sparsity: after.sparsity,
      weightError: plan.method == .lossless ? 0 : before.removed(leaving: after),
      operationsLeft: nil, outputError: nil, isEstimate: true)
  }

  /// How many channels stay does not depend on the weights, so none is read.
  private func outcomeOfShapes(_ plan: AdvicePlan, _ step: ChannelStep) throws -> Outcome? {
    guard let losslessRatio else { return nil }
    var model = whole
    var recipe = plan.recipe
    var step = step
    step.criterion = RandomChannelCriterion().name
    recipe.steps = [.channels(step)]
    guard let report = try run(recipe, on: &model).channels else { return nil }
    guard report.removedCount > 0 else { return nil }
    let left = model.tensors.reduce(0) { $0 + $1.contents.byteCount }
    return Outcome(
      bytes: Int((losslessRatio * Double(left)).rounded()), sparsity: nil, weightError: nil,
      operationsLeft: report.operationsLeft, outputError: nil, isEstimate: true)
  }

  private var threads: Int { advisor.threads }

  private func run(_ recipe: Recipe, on model: inout Model) throws -> RecipeRun {
    var run = RecipeRun(threads: threads)
    try run.run(recipe, on: &model)
    return run
  }

  /// Bytes of the container that the model becomes.
  private func size(of model: Model, _ level: CompressionLevel) throws -> Int {
    let sink = try ModelOutput(path: nil, replaces: false, inputs: [])
    try ContainerFiles().write(
      model, to: sink, options: WritingOptions(level: level, threads: threads))
    return sink.byteCount
  }
}

extension ChannelPruningReport {
  /// The share of multiply-accumulates that is left; nil when it is not known.
  fileprivate var operationsLeft: Double? {
    guard let before = operationsBefore, let after = operationsAfter, before > 0 else { return nil }
    return Double(after) / Double(before)
  }
}

extension WeightEnergy {
  /// The share of weights that are zero; nil when there are none.
  fileprivate var sparsity: Double? {
    weights > 0 ? Double(zeros) / Double(weights) : nil
  }

  /// The share of the squares that is gone; nil when there were none.
  fileprivate func removed(leaving after: WeightEnergy) -> Double? {
    guard squares > 0, squares.isFinite else { return nil }
    return max(0, 1 - after.squares / squares)
  }
}
