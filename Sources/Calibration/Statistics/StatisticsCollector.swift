public import ByteStorage
internal import Inference
public import ModelGraph

extension Model {
  /// Sums what the layers of the network read, to be kept.
  ///
  /// The network is run stage by stage, as when it is pruned.
  ///
  /// - Parameters:
  ///   - request: how many windows or vectors are looked at, and which count.
  ///   - feed: the samples.
  ///   - runner: runs parts of the model.
  ///   - progress: told how many of all layers are done.
  /// - Returns: the sums, and the layers that read something of another shape than their weights.
  /// - Throws: `CalibrationError.noLayers`, and what running and reading throws.
  public func statistics(
    _ request: CalibrationRequest, _ feed: CalibrationFeed, _ runner: any PartRunner,
    progress: ((Int, Int) -> Void)? = nil
  ) throws -> (sums: CalibrationStatistics, skipped: [ByteString]) {
    let layers = try LayerFinder.layers(of: self)
    guard !layers.isEmpty else { throw CalibrationError.noLayers(weights: tensorIDs.count) }
    let schedule = try Schedule(self, layers: layers)
    let total = schedule.stages.reduce(0) { $0 + $1.layers.count }
    var store = try ActivationStore(feed)
    let masks = try VectorMasks(request.mask, store)
    var (found, skipped): ([CalibrationStatistics.Layer], [ByteString]) = ([], [])
    for stage in schedule.stages {
      store = try store.advanced(
        over: stage, of: self, constants: schedule.constants, with: runner)
      for layer in stage.layers {
        let rule = request.rule(for: layer, feed.sampleCount)
        if let sums = try statistics(of: layer, rule, store, masks) {
          found.append(sums)
        } else {
          skipped.append(layer.name)
        }
        progress?(found.count + skipped.count, total)
      }
    }
    return (CalibrationStatistics(sampleCount: feed.sampleCount, layers: found), skipped)
  }

  /// The sums of one layer; nil when it reads something of another shape than its weights.
  private func statistics(
    of layer: LinearLayer, _ rule: SamplingRule, _ store: ActivationStore, _ masks: VectorMasks
  ) throws -> CalibrationStatistics.Layer? {
    let calibration = try LayerCalibration(LayerMatch(layer), in: self, path: nil, rule: rule)
    let stores = LayerCalibration.Stores(dense: store, pruned: store)
    return try calibration.sums(stores, masks).map { sums in
      CalibrationStatistics.Layer(
        tensor: self[layer.tensor].name.text, rows: layer.rows,
        groups: sums.map { CalibrationStatistics.Group($0.moments) })
    }
  }
}
