internal import ByteStorage
internal import Calibration
internal import ModelGraph
internal import Pruning
internal import Reconstruction
internal import StructuredPruning

/// The steps of a recipe done to a model, and what came of them.
struct RecipeRun {
  let threads: Int
  /// The samples for steps that need some.
  let data: CalibrationData?
  /// What calibration did, over all steps; nil when no step is calibrated.
  private(set) var calibration: CalibrationSummary?
  private let progress: ((Int, Int) -> Void)?
  /// What became of residual blocks; nil when no step is about them.
  private(set) var layers: LayerSummary?
  /// What became of channels, over all steps; nil when no step is about them.
  private(set) var channels: ChannelPruningReport?
  /// What became of single weights, over all steps; nil when no step is about them.
  private(set) var pruning: PruningSummary?
  private(set) var warnings: [String] = []

  init(
    threads: Int, data: CalibrationData? = nil, progress: ((Int, Int) -> Void)? = nil
  ) {
    (self.threads, self.data, self.progress) = (threads, data, progress)
  }

  /// Does all steps in order; the history tells of the recipe when they changed the model.
  mutating func run(_ recipe: Recipe, on model: inout Model) throws {
    let before = model.history
    for step in recipe.steps { try run(step, on: &model) }
    guard model.history != before else { return }
    model.record(
      HistoryEntry(
        action: "recipe", settings: [.init("sha256", recipe.sha256), .init("text", recipe.text)],
        weightCount: 0, zerosBefore: 0, zerosAfter: 0))
  }

  private mutating func run(_ step: RecipeStep, on model: inout Model) throws {
    switch step {
    case .layers(let step):
      let report = try remove(step, &model)
      layers = LayerSummary(report).following(layers)
      warnings += report.warnings
    case .channels(let step):
      try remove(step, &model)
    case .prune(let step):
      try prune(step.request(), step.calibration, &model)
    case .pattern(let step):
      try prune(step.request(), step.calibration, &model)
    }
  }

  private func remove(_ step: LayerStep, _ model: inout Model) throws -> LayerPruningReport {
    guard step.criterion == .outputs else {
      return try model.removeLayers(count: step.count, threads: threads)
    }
    let data = try samples
    return try model.removeLayers(
      count: step.count, threads: threads, try data.feed(for: model, step.calibration),
      RuntimePartRunner(options: data.inference))
  }

  private mutating func remove(_ step: ChannelStep, _ model: inout Model) throws {
    var reports: [ChannelPruningReport] = []
    if step.removesDead { reports.append(try model.removeDeadChannels(threads: threads)) }
    if var request = try step.request() {
      request.threads = threads
      reports.append(
        try step.needsSamples
          ? calibrate(request, step, &model) : model.pruneChannels(request))
    }
    for report in reports { channels = channels.map { report.following($0) } ?? report }
    // That no channel is dead matters to those who asked for nothing else.
    warnings += reports.last?.warnings ?? []
  }

  private mutating func prune(
    _ request: PruningRequest, _ settings: CalibrationSettings, _ model: inout Model
  ) throws {
    var request = request
    request.threads = threads
    let report =
      settings.isWanted
      ? try calibrate(request, settings, &model) : try model.prune(request)
    pruning = PruningSummary(report, of: model).following(pruning)
    warnings += report.warnings
  }
}

extension RecipeRun {
  /// Prunes by what layers read.
  private mutating func calibrate(
    _ request: PruningRequest, _ settings: CalibrationSettings, _ model: inout Model
  ) throws -> PruningReport {
    let data = try samples
    let wanted = settings.request(mask: data.mask)
    let result =
      if let sums = try data.statistics() {
        try model.prune(request, calibratedBy: wanted, sums)
      } else {
        try model.prune(
          request, calibratedBy: wanted, try data.feed(for: model, settings),
          RuntimePartRunner(options: data.inference), progress: progress)
      }
    calibration = CalibrationSummary(result.calibration, of: model).following(calibration)
    warnings += result.calibration.warnings
    return result.pruning
  }
}

extension RecipeRun {
  /// Removes channels by what layers read.
  private mutating func calibrate(
    _ request: ChannelPruningRequest, _ step: ChannelStep, _ model: inout Model
  ) throws -> ChannelPruningReport {
    let data = try samples
    var calibration = step.calibration.request(mask: data.mask)
    calibration.caution = CalibrationRequest.cautionForChannels
    let result = try model.pruneChannels(
      request, by: step.calibratedCriterion, calibratedBy: calibration,
      try data.feed(for: model, step.calibration), RuntimePartRunner(options: data.inference),
      progress: progress)
    self.calibration =
      CalibrationSummary(result.calibration, of: model).following(self.calibration)
    warnings += result.calibration.warnings
    return result.channels
  }

  /// Throws `ConversionError.badOption` when there are none.
  private var samples: CalibrationData {
    get throws(ConversionError) {
      guard let data else {
        throw .badOption(
          "a step chooses or repairs weights by what layers read, and there are no samples",
          hint: "give some with --calibrate")
      }
      return data
    }
  }
}

extension ChannelStep {
  /// True when what layers read decides or repairs anything.
  fileprivate var needsSamples: Bool { calibration.isWanted || calibratedCriterion != nil }
}

extension LayerSummary {
  /// The same with the blocks that earlier steps removed.
  fileprivate func following(_ first: LayerSummary?) -> LayerSummary {
    var result = self
    result.blocks = (first?.blocks.filter(\.isRemoved) ?? []) + blocks
    return result
  }
}
