internal import ByteStorage
internal import Inference
public import ModelGraph
public import Reconstruction
public import StructuredPruning

extension Model {
  /// Removes channels by what the layers that read them see, and fits those layers and all behind them
  /// to what the dense network gives.
  ///
  /// The network is run twice, stage by stage: once to judge channels, once to fit. Which channels are
  /// judged, and how many go, the request says: a target is shared out so that the sum of losses, each
  /// times how far it moves the outputs of the network, is smallest, whatever its scope; a share in the
  /// scope `local` is the same for each set of channels.
  ///
  /// - Parameters:
  ///   - pruning: which channels may go and how many; its criterion is what the choice is compared with.
  ///   - criterion: what orders channels; nil for that of the request.
  ///   - request: what is protected and repaired.
  ///   - feed: the samples.
  ///   - runner: runs parts of the model.
  ///   - progress: told how many of all layers are done.
  /// - Returns: which channels went, and what was fitted.
  /// - Throws: `ChannelSelectionError`, `CalibrationError`, and what running and reading throws.
  public mutating func pruneChannels(
    _ pruning: ChannelPruningRequest, by criterion: (any CalibratedChannelCriterion)?,
    calibratedBy request: CalibrationRequest, _ feed: CalibrationFeed, _ runner: any PartRunner,
    progress: ((Int, Int) -> Void)? = nil
  ) throws -> (channels: ChannelPruningReport, calibration: CalibrationReport) {
    let inputs = try ActivationStore(feed)
    let candidates = try channelCandidates(pruning)
    var tracer = try ChannelTracer(self, candidates, request, criterion)
    if pruning.isSharedOut {
      do {
        tracer.outputs = try OutputChange(
          self, feed, runner,
          sampleCount: OutputChange.sampleCount(of: feed.sampleCount, sets: candidates.count))
      } catch InferenceError.modelRefused(let reason) {
        // Layers are run in parts, among which there may be none with what is refused.
        tracer.warn(
          "the network cannot be run as a whole, so losses count alike wherever they are: \(reason)"
        )
      }
    }
    try tracer.run(feed, inputs, runner, progress)
    let traces = ChannelTraces(
      criterion: criterion?.name ?? pruning.criterion.name, tracer.verdicts)
    var (traced, pruned) = (pruning, self)
    traced.traces = traces
    let channels = try pruned.pruneChannels(traced)
    var report = CalibrationReport()
    report.sampleCount = feed.sampleCount
    if channels.removedCount > 0, request.repair != .none {
      var repair = try ChannelRepair(pruned, of: self, keeping: channels.keptPositions, request)
      try repair.run(feed, inputs, runner, progress)
      (report, pruned) = (repair.report, repair.model)
    }
    report.warnings = tracer.warnings + report.warnings
    report.channels = channels.groups.compactMap { CalibrationReport.Channels($0, traces) }
    if channels.removedCount > 0 { pruned.record(Self.calibrationEntry(request, report)) }
    self = pruned
    return (channels, report)
  }

  private static func calibrationEntry(
    _ request: CalibrationRequest, _ report: CalibrationReport
  ) -> HistoryEntry {
    HistoryEntry(
      action: "calibrate channels",
      settings: [
        .init("repair", request.repair.rawValue), .init("protect", request.protection.rawValue),
        .init("samples", "\(report.sampleCount)"), .init("rows", "\(request.rows)"),
        .init("seed", "\(request.seed)"),
      ], weightCount: 0, zerosBefore: 0, zerosAfter: 0)
  }
}

extension CalibrationReport.Channels {
  /// What went of a set of channels; nil when nothing did.
  fileprivate init?(_ group: ChannelPruningReport.Group, _ traces: ChannelTraces) {
    let removed = group.size - group.kept.count
    guard removed > 0, case .trace(let trace) = traces.verdict(on: group.dimension) else {
      return nil
    }
    self.init(
      name: group.name, layer: group.layer, count: group.size, removed: removed,
      error: trace.losses[removed], plainError: trace.plain.losses[removed],
      isPlain: trace.isPlain(removing: removed))
  }
}
