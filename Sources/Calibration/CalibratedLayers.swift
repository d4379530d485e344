public import ModelGraph
public import StructuredPruning

extension Model {
  /// Removes the residual blocks without which the outputs of the network move least.
  ///
  /// The network is run once for each block that may go, as often as blocks go (Men et al. 2024,
  /// "ShortGPT", look at the block's own output; here it is the network's that counts).
  ///
  /// - Parameters:
  ///   - count: how many blocks go.
  ///   - threads: how many threads read weights.
  ///   - feed: the samples.
  ///   - runner: runs the model.
  /// - Returns: all blocks, their scores being the errors without them, and what became of them.
  /// - Throws: what reading weights and running throws.
  public mutating func removeLayers(
    count: Int, threads: Int, _ feed: CalibrationFeed, _ runner: any PartRunner
  ) throws -> LayerPruningReport {
    let change = try OutputChange(self, feed, runner, sampleCount: feed.sampleCount)
    return try removeLayers(count: count, threads: threads, measuredBy: change.error)
  }
}
