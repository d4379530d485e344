internal import Calibration
internal import Inference
internal import ModelGraph

/// What a network gives to some samples, to compare others with.
struct OutputProbe: Sendable {
  /// The version of ONNX Runtime.
  let runtimeVersion: String
  /// The outputs that are compared.
  let outputs: [String]
  private let feed: CalibrationFeed
  /// The outputs of each chunk of samples.
  private let dense: [[String: NumericArray]]

  /// Runs a model on samples and keeps its outputs.
  ///
  /// Throws `ConversionError.badOption` for an output that the model does not give, and what running
  /// throws.
  init(
    _ model: Model, _ feed: CalibrationFeed, output: String?, with runner: RuntimePartRunner
  ) throws {
    let session = try runner.start(model)
    let names = session.numericOutputs.map(\.name)
    if let output, !names.contains(output) {
      throw ConversionError.badOption(
        "the model gives no tensor of numbers \"\(output)\"",
        hint: "it gives \(names.joined(separator: ", "))")
    }
    let outputs = output.map { [$0] } ?? names
    (self.feed, self.outputs, runtimeVersion) = (feed, outputs, session.runtimeVersion)
    dense = try (0..<feed.chunkCount).map { try runner.run(feed.chunk($0), outputs: outputs) }
  }

  /// The norm of what a model gives less what the first gave, over that of the latter, of the output
  /// where it is largest; nil when it is no number.
  func error(of model: Model, with runner: RuntimePartRunner) throws -> Double? {
    try runner.start(model)
    var totals = outputs.map { OutputTotals(name: $0) }
    for chunk in dense.indices {
      let results = try runner.run(feed.chunk(chunk), outputs: outputs)
      for (place, name) in outputs.enumerated() {
        guard let original = dense[chunk][name], let result = results[name] else { continue }
        totals[place].add(original, result)
      }
    }
    let comparisons = totals.map(\.comparison)
    guard comparisons.allSatisfy({ $0.notFinite == 0 && $0.unequalShapes == nil }) else {
      return nil
    }
    return comparisons.compactMap(\.relativeError).max()
  }
}
