internal import ByteStorage
internal import ModelGraph
internal import Pruning
internal import Reconstruction
internal import StructuredPruning

/// Finds out what is lost when channels go, from what the layers that read them see in the dense
/// network.
struct ChannelTracer {
  /// One layer that reads channels of a candidate.
  private struct Reading {
    let layer: LinearLayer
    let axis: Int
    let channels: [Int?]
  }

  let model: Model
  let request: CalibrationRequest
  /// What orders channels; nil for the candidates' own scores.
  let criterion: (any CalibratedChannelCriterion)?
  private let candidates: [ChannelCandidate]
  private let layers: [TensorID: LinearLayer]
  private let index: GraphIndex
  /// What tells how much each candidate counts for the network; nil when all count the same.
  var outputs: OutputChange?
  /// For candidates, how far the outputs of the network move for what is lost.
  private var effects: [DimensionID: Double] = [:]
  private(set) var verdicts: [DimensionID: ChannelTraces.Verdict] = [:]
  private(set) var warnings: [String] = []

  init(
    _ model: Model, _ candidates: [ChannelCandidate], _ request: CalibrationRequest,
    _ criterion: (any CalibratedChannelCriterion)?
  ) throws {
    (self.model, self.candidates) = (model, candidates)
    (self.request, self.criterion) = (request, criterion)
    index = GraphIndex(model)
    layers = Dictionary(
      try LayerFinder.layers(of: model).map { ($0.tensor, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  mutating func warn(_ text: String) {
    warnings.append(text)
  }

  /// Runs the network once and judges every candidate as soon as all its readers were looked at.
  ///
  /// Throws what running and reading throws.
  mutating func run(
    _ feed: CalibrationFeed, _ inputs: ActivationStore, _ runner: any PartRunner,
    _ progress: ((Int, Int) -> Void)?
  ) throws {
    var open = openCandidates()
    let wanted = Set(open.flatMap { $0.readings.map(\.layer.tensor) })
    // All layers, so that the streams behind those that are looked at are still there.
    let schedule = try Schedule(model, layers: layers.values.sorted { $0.node < $1.node })
    let masks = try VectorMasks(request.mask, inputs)
    var sums: [TensorID: [ChannelSums]?] = [:]
    var store = inputs
    for stage in schedule.stages where !open.isEmpty {
      store = try store.advanced(
        over: stage, of: model, constants: schedule.constants, with: runner)
      for layer in stage.layers where wanted.contains(layer.tensor) {
        sums[layer.tensor] = .some(try read(layer, store, masks, feed.sampleCount))
        progress?(sums.count, wanted.count)
      }
      let ready = open.filter { $0.readings.allSatisfy { sums[$0.layer.tensor] != nil } }
      for (candidate, readings) in ready {
        try judge(candidate, readings, sums)
      }
      open.removeAll { verdicts[$0.candidate.dimension] != nil }
      let needed = Set(open.flatMap { $0.readings.map(\.layer.tensor) })
      // Sums can be large: what no candidate waits for goes, but not that it was there.
      for tensor in Array(sums.keys) where !needed.contains(tensor) { sums[tensor] = .some(nil) }
    }
    for (candidate, _) in open {
      verdicts[candidate.dimension] = .stays("what reads it cannot be run")
    }
    weigh()
  }

  /// The candidates all of whose readers can be fitted; the others get their verdicts.
  private mutating func openCandidates() -> [(candidate: ChannelCandidate, readings: [Reading])] {
    var open: [(ChannelCandidate, [Reading])] = []
    for candidate in candidates {
      if candidate.isResidual, request.protection != .none {
        verdicts[candidate.dimension] = .stays(
          "it carries a residual stream, and is kept unless nothing is protected")
        continue
      }
      let readings = candidate.consumers.compactMap { consumer in
        layers[consumer.tensor].map {
          Reading(layer: $0, axis: consumer.axis, channels: consumer.channels)
        }
      }
      if readings.isEmpty || readings.count < candidate.consumers.count {
        verdicts[candidate.dimension] = .stays(
          candidate.consumers.isEmpty
            ? "no weights sum over it" : "a layer that reads it cannot be fitted anew")
      } else {
        open.append((candidate, readings))
      }
    }
    return open
  }

  private func read(
    _ layer: LinearLayer, _ store: ActivationStore, _ masks: VectorMasks, _ samples: Int
  ) throws -> [ChannelSums]? {
    try ChannelReader(
      layer, in: model, path: try OutputPath(behind: layer, in: model, index),
      rule: request.rule(for: layer, samples)
    ).sums(store, masks)
  }

  private mutating func judge(
    _ candidate: ChannelCandidate, _ readings: [Reading], _ sums: [TensorID: [ChannelSums]?]
  ) throws {
    guard let problem = try problem(candidate, readings, sums) else {
      verdicts[candidate.dimension] = .stays(
        "what its readers see is not finite, or has another shape")
      return
    }
    let verdict = verdict(on: candidate, problem)
    verdicts[candidate.dimension] = verdict
    if case .trace(let trace) = verdict {
      effects[candidate.dimension] = try effect(of: trace.chosen, problem, readings)
    }
  }

  /// What its readers should do; nil when their sums are of no use.
  private mutating func problem(
    _ candidate: ChannelCandidate, _ readings: [Reading], _ sums: [TensorID: [ChannelSums]?]
  ) throws -> ChannelProblem? {
    var consumers: [ChannelProblem.Consumer] = []
    for reading in readings {
      guard let groups = sums[reading.layer.tensor] ?? nil,
        groups.allSatisfy({ $0.moments.isFinite && $0.moments.count > 0 })
      else { return nil }
      let layer = reading.layer
      let samples = groups[0].moments.count
      if samples < layer.columns { warnOfShortData(layer, samples) }
      let columns = layer.columns(
        ofChannels: reading.channels, count: candidate.size, axis: reading.axis,
        model[layer.tensor].shape.dimensions)
      for (weights, sums) in zip(try layer.matrices(in: model), groups) {
        consumers.append(
          sums.consumer(
            weights, columns: columns, damping: request.damping(layer.columns, samples),
            hasBias: layer.bias != .none))
      }
    }
    return ChannelProblem(consumers, channelCount: candidate.size)
  }

  private mutating func warnOfShortData(_ layer: LinearLayer, _ samples: Int) {
    warnings.append(
      "channels that layer \"\(layer.name)\" reads were judged with \(samples) vectors for "
        + "\(layer.columns) inputs: more samples would judge them better")
  }

  private func verdict(
    on candidate: ChannelCandidate, _ problem: ChannelProblem
  ) -> ChannelTraces.Verdict {
    let scores = candidate.scores
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    guard let plain = problem.path(in: order) else {
      return .stays("what its readers see has no usable covariance")
    }
    let chosen = criterion?.path(of: problem) ?? plain
    return .trace(
      ChannelTrace(
        chosen: .init(order: chosen.order, losses: chosen.losses),
        plain: .init(order: plain.order, losses: plain.losses)))
  }

  /// How far the network's outputs move for what is lost without the first half of a path; nil when
  /// that cannot be told.
  private func effect(
    of path: ChannelTrace.Path, _ problem: ChannelProblem, _ readings: [Reading]
  ) throws -> Double? {
    let count = max(1, path.order.count / 2)
    guard let outputs, path.order.count > 1, path.losses[count] > Self.smallestLoss else {
      return nil
    }
    var trial = model
    var consumers = problem.consumers[...]
    for layer in readings.map(\.layer) {
      let fits = consumers.prefix(layer.groups).compactMap {
        $0.fit(without: path.order.prefix(count))
      }
      guard fits.count == layer.groups else { return nil }
      consumers = consumers.dropFirst(layer.groups)
      try trial.replace(layer, with: fits.map { GroupFit(weights: $0.weights, bias: $0.bias) })
    }
    guard let error = try outputs.error(of: trial), error > 0 else { return nil }
    return error / path.losses[count]
  }

  /// Gives traces their weights: effects as multiples of the mean of all.
  private mutating func weigh() {
    // In order, for the sum's last bits.
    let mean = effects.values.sorted().reduce(0, +) / Double(max(effects.count, 1))
    for (dimension, effect) in effects {
      guard case .trace(var trace) = verdicts[dimension] else { continue }
      trace.weight = effect / mean
      verdicts[dimension] = .trace(trace)
    }
  }

  /// What is nothing but rounding moves no outputs.
  private static let smallestLoss = 1e-6
}
