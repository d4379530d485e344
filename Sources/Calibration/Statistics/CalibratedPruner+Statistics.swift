internal import ByteStorage
internal import LinearAlgebra
public import ModelGraph
public import Pruning

extension Model {
  /// Prunes weights by sums of what their layers read, and fits those that stay to what the dense
  /// network gives; nothing is run.
  ///
  /// Every layer is fitted to what it reads in the dense network, so that errors add up from layer to
  /// layer: samples keep more of the accuracy.
  ///
  /// - Parameters:
  ///   - pruning: what to prune; blocks and thresholds keep the weights it chooses.
  ///   - request: how weights are chosen and repaired.
  ///   - statistics: the sums for this model.
  /// - Returns: what was pruned, and what was fitted.
  /// - Throws: `PruningError`, `CalibrationError`, and what reading throws.
  public mutating func prune(
    _ pruning: PruningRequest, calibratedBy request: CalibrationRequest,
    _ statistics: CalibrationStatistics
  ) throws -> (pruning: PruningReport, calibration: CalibrationReport) {
    var pruning = pruning
    try pruning.measureOutliers(of: self, statistics)
    var pruner = try CalibratedPruner(self, pruning, request)
    try pruner.run(statistics)
    return try pruner.finish(&self)
  }
}

extension CalibratedPruner {
  /// Fits each layer that is pruned to its sums; those that are not told of stay pruned plainly.
  mutating func run(_ statistics: CalibrationStatistics) throws {
    report.sampleCount = statistics.sampleCount
    let known = Dictionary(
      statistics.layers.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first })
    for layer in schedule.stages.flatMap(\.layers) where zeros[layer.tensor] ?? 0 > 0 {
      guard let sums = known[dense[layer.tensor].name.text] else {
        keepPlain(layer, "the statistics do not tell of it")
        continue
      }
      try fit(layer, sums)
    }
  }

  private mutating func fit(_ layer: LinearLayer, _ statistics: CalibrationStatistics.Layer) throws
  {
    let sums = try statistics.moments(
      for: layer, of: try layer.matrices(in: dense), bias: try layer.ownBias(in: dense))
    let goesOut =
      request.repair == .refit ? try OutputPath(behind: layer, in: dense, index).goesOut : false
    try fit(layer, to: sums) { fits, weights, fitter in
      guard !goesOut else { return fits }
      return fits.indices.map {
        fitter.matchingSpread(fits[$0], dense: weights[$0], sums[$0])
      }
    }
  }
}
