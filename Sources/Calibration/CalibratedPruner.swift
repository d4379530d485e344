internal import ByteStorage
internal import Inference
internal import LinearAlgebra
public import ModelGraph
public import Pruning
internal import Reconstruction

extension Model {
  /// Prunes weights by what their layers read, and fits those that stay to what the dense network
  /// gives.
  ///
  /// How many weights go of each tensor is what plain pruning takes. The network is run stage by
  /// stage, each layer with what the layers before it, pruned already, give; values in between are
  /// in a file but for a few, never in memory at once.
  ///
  /// - Parameters:
  ///   - pruning: what to prune; blocks and thresholds keep the weights it chooses.
  ///   - request: how weights are chosen and repaired.
  ///   - feed: the samples.
  ///   - runner: runs parts of the model.
  ///   - progress: told how many of all layers are done.
  /// - Returns: what was pruned, and what was fitted.
  /// - Throws: `PruningError`, `CalibrationError`, and what running and reading throws.
  public mutating func prune(
    _ pruning: PruningRequest, calibratedBy request: CalibrationRequest, _ feed: CalibrationFeed,
    _ runner: any PartRunner, progress: ((Int, Int) -> Void)? = nil
  ) throws -> (pruning: PruningReport, calibration: CalibrationReport) {
    var pruning = pruning
    try pruning.measureOutliers(of: self, request, feed, runner) { progress?($0, 2 * $1) }
    let passes = pruning.outlierShares == nil ? 1 : 2
    var pruner = try CalibratedPruner(self, pruning, request)
    try pruner.run(feed, runner) { progress?((passes - 1) * $1 + $0, passes * $1) }
    return try pruner.finish(&self)
  }
}

/// One request carried out on one model.
struct CalibratedPruner {
  let request: CalibrationRequest
  private let goal: PruningGoal
  let dense: Model
  /// The weights that plain pruning leaves.
  private let plain: Model
  let schedule: Schedule
  /// How many weights go of each tensor that is pruned.
  let zeros: [TensorID: Int]
  let index: GraphIndex
  /// The model with what was fitted so far.
  private(set) var model: Model
  private(set) var plainReport: PruningReport
  var report = CalibrationReport()

  init(_ model: Model, _ pruning: PruningRequest, _ request: CalibrationRequest) throws {
    self.request = request
    goal = pruning.goal
    index = GraphIndex(model)
    let (layers, refusals) = try LayerFinder.search(model, index)
    guard !layers.isEmpty else { throw CalibrationError.noLayers(weights: refusals.count) }
    let ends = try NetworkEnds(model, layers: layers)
    var pruning = pruning
    pruning.kept.formUnion(ends.tensors(request.protection))
    var plain = model
    plainReport = try plain.prune(pruning)
    zeros = Dictionary(
      plainReport.entries.map { ($0.tensor, $0.prunedCount) },
      uniquingKeysWith: { first, _ in first })
    report.others = plainReport.entries.compactMap { entry in
      refusals[entry.tensor].map { (entry.tensor, $0) }
    }
    (dense, self.plain) = (model, plain)
    self.model = plain
    for layer in layers { self.model.restore(layer.tensor, from: model) }
    schedule = try Schedule(model, layers: layers)
  }

  mutating func run(
    _ feed: CalibrationFeed, _ runner: any PartRunner, _ progress: ((Int, Int) -> Void)?
  ) throws {
    report.sampleCount = feed.sampleCount
    let inputs = try ActivationStore(feed)
    let masks = try VectorMasks(request.mask, inputs)
    var stores = LayerCalibration.Stores(dense: inputs, pruned: inputs)
    let total = schedule.stages.reduce(0) { $0 + $1.layers.count }
    var done = 0
    var isChanged = false
    for stage in schedule.stages {
      let next = try stores.dense.advanced(
        over: stage, of: dense, constants: schedule.constants, with: runner)
      let pruned =
        isChanged
        ? try stores.pruned.advanced(
          over: stage, of: model, constants: schedule.constants, with: runner) : next
      stores = LayerCalibration.Stores(dense: next, pruned: pruned)
      for layer in stage.layers {
        if isChanged || zeros[layer.tensor] ?? 0 > 0 {
          try fit(layer, stores, masks, feed.sampleCount)
        }
        done += 1
        progress?(done, total)
      }
      isChanged = isChanged || stage.layers.contains { zeros[$0.tensor] ?? 0 > 0 }
    }
  }

  private mutating func fit(
    _ layer: LinearLayer, _ stores: LayerCalibration.Stores, _ masks: VectorMasks, _ samples: Int
  ) throws {
    guard zeros[layer.tensor] != nil || request.repair == .refit else { return }
    let calibration = try LayerCalibration(
      LayerMatch(layer), in: dense,
      path: request.repair == .refit ? try OutputPath(behind: layer, in: dense, index) : nil,
      rule: request.rule(for: layer, samples))
    guard let sums = try calibration.sums(stores, masks) else {
      return keepPlain(layer, "what it reads does not have the shape of its weights")
    }
    try fit(layer, to: sums) { fits, weights, fitter in
      try calibration.finished(fits, of: weights, sums, fitter)
    }
  }

  /// Chooses and fits the weights of a layer, and makes what was fitted final.
  mutating func fit(
    _ layer: LinearLayer, to sums: [GroupMoments],
    finishing finish: ([GroupFit], [Matrix], LayerFitter) throws -> [GroupFit]
  ) throws {
    let (matrices, plainMatrices) = (try layer.matrices(in: dense), try layer.matrices(in: plain))
    let isPruned = zeros[layer.tensor] != nil
    let fitter = LayerFitter(request: request, hasBias: layer.bias != .none)
    var fits: [GroupFit] = []
    for group in sums.indices {
      let fit = fitter.fit(
        dense: matrices[group], plain: plainMatrices[group],
        goal: isPruned ? goal(of: layer, plain: plainMatrices[group]) : nil, sums[group])
      guard let fit else { return keepPlain(layer, "what it reads is not finite") }
      fits.append(fit)
    }
    if !fits.allSatisfy(\.isSolvable) { warnOfNoCovariance(layer) }
    fits = try finish(fits, matrices, fitter)
    try model.replace(layer, with: fits)
    warnOfShortData(layer, sums[0].moments.count)
    report.rows.append(CalibrationReport.Row(layer, fits, samples: sums[0].moments.count))
  }

  mutating func keepPlain(_ layer: LinearLayer, _ reason: String) {
    model.restore(layer.tensor, from: plain)
    report.others.append((layer.tensor, reason))
    report.warnings.append("layer \"\(layer.name)\" is pruned without calibration: \(reason)")
  }

  private mutating func warnOfNoCovariance(_ layer: LinearLayer) {
    report.warnings.append(
      "layer \"\(layer.name)\" reads values without a usable covariance: weights are chosen by "
        + "\(ActivationMagnitude().name) if the method needs one, and not fitted")
  }

  private mutating func warnOfShortData(_ layer: LinearLayer, _ samples: Int) {
    guard samples < layer.columns else { return }
    report.warnings.append(
      "layer \"\(layer.name)\" was fitted with \(samples) vectors for \(layer.columns) inputs: "
        + "more samples would fit it better")
  }

  /// As many zeros as plain pruning makes in a group; nil where its zeros are kept.
  private func goal(of layer: LinearLayer, plain: Matrix) -> SparsityGoal? {
    switch goal {
    case .sparsity: .zeros(plain.values.count { $0 == 0 })
    case .groups(let pattern) where layer.columns / layer.kernelSize % pattern.group == 0:
      .groups(layer.patternGroups(of: pattern.group), kept: pattern.kept)
    case .groups, .threshold, .blocks: nil
    }
  }

  /// Puts the model in place of the dense one, and says what was done.
  ///
  /// Throws what reading weights throws.
  func finish(
    _ model: inout Model
  ) throws -> (pruning: PruningReport, calibration: CalibrationReport) {
    var pruned = plainReport
    pruned.setZeros(
      Dictionary(
        uniqueKeysWithValues: try Set(report.rows.map(\.tensor)).map { tensor in
          (tensor, try self.model[tensor].doubles().count { $0 == 0 })
        }))
    model = self.model
    model.record(historyEntry(pruned))
    return (pruned, report)
  }

  private func historyEntry(_ pruned: PruningReport) -> HistoryEntry {
    HistoryEntry(
      action: "calibrate",
      settings: [
        .init("method", request.method?.name ?? "none"), .init("repair", request.repair.rawValue),
        .init("samples", "\(report.sampleCount)"), .init("rows", "\(request.rows)"),
        .init("seed", "\(request.seed)"),
      ], weightCount: pruned.elementCount, zerosBefore: pruned.zerosBefore,
      zerosAfter: pruned.zerosAfter)
  }
}

extension CalibrationReport.Row {
  init(_ layer: LinearLayer, _ fits: [GroupFit], samples: Int) {
    let count = Double(max(fits.count, 1))
    self.init(
      tensor: layer.tensor, name: layer.name, samples: samples,
      error: fits.reduce(0) { $0 + $1.error } / count,
      plainError: fits.reduce(0) { $0 + $1.plainError } / count,
      isPlain: fits.contains(where: \.isPlain))
  }
}

extension Model {
  /// Puts a tensor back as another model has it.
  fileprivate mutating func restore(_ tensor: TensorID, from other: Model) {
    replaceContents(of: tensor, with: other[tensor].contents, pattern: other[tensor].pattern)
  }
}
