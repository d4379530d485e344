internal import ByteStorage
internal import LinearAlgebra
internal import ModelGraph
internal import Reconstruction

/// Fits the layers of a network without some channels to what the dense network gives, one after the
/// other.
struct ChannelRepair {
  private let request: CalibrationRequest
  private let dense: Model
  private let index: GraphIndex
  private let matches: [ByteString: LayerMatch]
  private let schedules: (dense: Schedule, pruned: Schedule)
  /// The network with what was fitted so far.
  private(set) var model: Model
  private(set) var report = CalibrationReport()

  /// Matches the layers of both networks by the values they make.
  ///
  /// `kept` are, for each of the dense network's constants that was cut, the positions of its axes that
  /// are left. Throws `GraphDefect` and what finding layers throws.
  init(
    _ model: Model, of dense: Model, keeping kept: [TensorID: [[Bool]?]],
    _ request: CalibrationRequest
  ) throws {
    (self.model, self.dense, self.request) = (model, dense, request)
    index = GraphIndex(dense)
    let pruned = Dictionary(
      try LayerFinder.layers(of: model).map { ($0.output, $0) },
      uniquingKeysWith: { first, _ in first })
    var matches: [LayerMatch] = []
    for layer in try LayerFinder.layers(of: dense) {
      guard let left = pruned[layer.output] else { continue }
      let match = LayerMatch(
        dense: layer, pruned: left, shape: dense[layer.tensor].shape.dimensions,
        kept: kept[layer.tensor] ?? [])
      if let match {
        matches.append(match)
      } else {
        report.others.append((left.tensor, "what is left of it cannot be told"))
      }
    }
    self.matches = Dictionary(
      matches.map { ($0.dense.output, $0) }, uniquingKeysWith: { first, _ in first })
    schedules = (
      try Schedule(dense, layers: matches.map(\.dense)),
      try Schedule(model, layers: matches.map(\.pruned))
    )
  }

  /// True when both networks run their layers in the same stages.
  private var isAligned: Bool {
    let (dense, pruned) = (schedules.dense.stages, schedules.pruned.stages)
    return dense.count == pruned.count
      && zip(dense, pruned).allSatisfy {
        Set($0.layers.map(\.output)) == Set($1.layers.map(\.output))
      }
  }

  /// Fits all layers behind the first that lost channels.
  ///
  /// Throws what running and reading throws.
  mutating func run(
    _ feed: CalibrationFeed, _ inputs: ActivationStore, _ runner: any PartRunner,
    _ progress: ((Int, Int) -> Void)?
  ) throws {
    report.sampleCount = feed.sampleCount
    guard isAligned else {
      report.warnings.append(
        "no layer was fitted anew: without its channels the network runs otherwise")
      return
    }
    let masks = try VectorMasks(request.mask, inputs)
    var stores = LayerCalibration.Stores(dense: inputs, pruned: inputs)
    var (isChanged, isApart, done) = (false, false, 0)
    for (stage, pruned) in zip(schedules.dense.stages, schedules.pruned.stages) {
      let next = try stores.dense.advanced(
        over: stage, of: dense, constants: schedules.dense.constants, with: runner)
      isApart = isApart || isChanged || stage.live != pruned.live
      let other =
        isApart
        ? try stores.pruned.advanced(
          over: pruned, of: model, constants: schedules.pruned.constants, with: runner) : next
      stores = LayerCalibration.Stores(dense: next, pruned: other)
      let layers = stage.layers.compactMap { matches[$0.output] }
      for match in layers {
        if isChanged || match.hasFewerInputs { try fit(match, stores, masks, feed.sampleCount) }
        done += 1
        progress?(done, matches.count)
      }
      isChanged = isChanged || layers.contains(where: \.isCut)
    }
  }

  private mutating func fit(
    _ match: LayerMatch, _ stores: LayerCalibration.Stores, _ masks: VectorMasks, _ samples: Int
  ) throws {
    let layer = match.pruned
    let matrices = try layer.matrices(in: model)
    let calibration = try LayerCalibration(
      match, in: dense,
      path: request.repair == .refit
        ? try OutputPath(behind: match.dense, in: dense, index) : nil,
      rule: request.rule(for: layer, samples))
    guard let sums = try calibration.sums(stores, masks) else {
      return leave(layer, "what it reads does not have the shape of its weights")
    }
    let fitter = LayerFitter(request: request, hasBias: layer.bias != .none)
    var fits: [GroupFit] = []
    for group in sums.indices {
      let fit = fitter.fit(
        dense: matrices[group], plain: matrices[group], goal: nil, sums[group])
      guard let fit else { return leave(layer, "what it reads is not finite") }
      fits.append(fit)
    }
    fits = try calibration.finished(fits, of: matrices, sums, fitter)
    try model.replace(layer, with: fits)
    report.rows.append(CalibrationReport.Row(layer, fits, samples: sums[0].moments.count))
  }

  private mutating func leave(_ layer: LinearLayer, _ reason: String) {
    report.others.append((layer.tensor, reason))
    report.warnings.append("layer \"\(layer.name)\" was not fitted anew: \(reason)")
  }
}
