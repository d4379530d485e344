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
    var (found, skipped): ([CalibrationStatistics.Layer], [ByteString]) = ([], [])
    try forEachLayer(request, feed, runner, progress: progress) { layer, sums in
      guard let sums else { return skipped.append(layer.name) }
      found.append(
        CalibrationStatistics.Layer(
          tensor: self[layer.tensor].name.text, rows: layer.rows,
          groups: sums.map { CalibrationStatistics.Group($0.moments) }))
    }
    return (CalibrationStatistics(sampleCount: feed.sampleCount, layers: found), skipped)
  }

  /// Sums what each layer reads, in the order they run; nil where that has another shape than its
  /// weights.
  func forEachLayer(
    _ request: CalibrationRequest, _ feed: CalibrationFeed, _ runner: any PartRunner,
    progress: ((Int, Int) -> Void)?, _ body: (LinearLayer, [GroupMoments]?) throws -> Void
  ) throws {
    let layers = try LayerFinder.layers(of: self)
    guard !layers.isEmpty else { throw CalibrationError.noLayers(weights: tensorIDs.count) }
    let schedule = try Schedule(self, layers: layers)
    let total = schedule.stages.reduce(0) { $0 + $1.layers.count }
    var store = try ActivationStore(feed)
    let masks = try VectorMasks(request.mask, store)
    var done = 0
    for stage in schedule.stages {
      store = try store.advanced(
        over: stage, of: self, constants: schedule.constants, with: runner)
      for layer in stage.layers {
        let calibration = try LayerCalibration(
          LayerMatch(layer), in: self, path: nil, rule: request.rule(for: layer, feed.sampleCount))
        let stores = LayerCalibration.Stores(dense: store, pruned: store)
        try body(layer, try calibration.sums(stores, masks))
        done += 1
        progress?(done, total)
      }
    }
  }
}
