internal import ByteStorage
internal import LinearAlgebra
internal import ModelGraph
internal import Pruning
internal import Reconstruction

extension PruningRequest {
  /// Measures how many weights stand out, where the scope needs to know before anything is pruned.
  ///
  /// Throws what running and reading throws.
  mutating func measureOutliers(
    of model: Model, _ request: CalibrationRequest, _ feed: CalibrationFeed,
    _ runner: any PartRunner, progress: ((Int, Int) -> Void)?
  ) throws {
    guard needsOutliers else { return }
    var shares: [TensorID: Double] = [:]
    try model.forEachLayer(request, feed, runner, progress: progress) { layer, sums in
      if let sums { try shares.take(layer, sums, model) }
    }
    outlierShares = shares
  }

  /// Measures the same by sums over samples.
  ///
  /// Throws `CalibrationError.otherStatistics`, and what reading weights throws.
  mutating func measureOutliers(of model: Model, _ statistics: CalibrationStatistics) throws {
    guard needsOutliers else { return }
    let layers = Dictionary(
      try LayerFinder.layers(of: model).map { (model[$0.tensor].name.text, $0) },
      uniquingKeysWith: { first, _ in first })
    var shares: [TensorID: Double] = [:]
    for known in statistics.layers {
      guard let layer = layers[known.tensor] else { continue }
      let sums = try known.moments(for: layer, of: try layer.matrices(in: model), bias: [])
      try shares.take(layer, sums, model)
    }
    outlierShares = shares
  }

  private var needsOutliers: Bool { goal.share?.scope == .owl }
}

extension [TensorID: Double] {
  /// Takes the share of a layer's weights whose magnitude times the norm of what they read is more
  /// than five times the mean (Yin and others 2024, "Outlier Weighed Layerwise Sparsity").
  fileprivate mutating func take(
    _ layer: LinearLayer, _ sums: [GroupMoments], _ model: Model
  ) throws {
    var scores: [Double] = []
    for (weights, sums) in zip(try layer.matrices(in: model), sums) {
      let norms = sums.moments.inputNorms
      for row in 0..<weights.rows {
        scores += zip(weights.row(row), norms).map { abs($0) * $1 }
      }
    }
    let limit = 5 * scores.reduce(0, +) / Double(Swift.max(1, scores.count))
    guard limit.isFinite else { return }
    let share = Double(scores.count { $0 > limit }) / Double(Swift.max(1, scores.count))
    // Layers that share their weights: those that see most of them stand out decide.
    self[layer.tensor] = Swift.max(share, self[layer.tensor] ?? 0)
  }
}
