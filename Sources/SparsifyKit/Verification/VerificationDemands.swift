internal import ByteStorage

/// What a result must hold to be accepted.
public struct VerificationDemands: Sendable {
  /// Whether every tensor must be the same, bit for bit.
  public var isExact = false
  /// The most accuracy, as a share, or metric that may be lost.
  public var maxDrop: Double?
  /// The least cosine that an output may have.
  public var minCosine: Double?
  /// The largest difference that an element of an output may have.
  public var maxError: Double?

  /// Nothing beyond what always holds: both models take and give the same, and no element becomes
  /// infinite or no number.
  public init() {}

  /// Sums of differences are not exact; a drop that is just allowed must not fail for that.
  private static let tolerance = 1e-12

  /// What is not met, in words; empty when all is.
  func failures(of report: VerificationReport) -> [String] {
    var failures: [String] = []
    if !report.signature.isSame { failures.append("the models do not take and give the same") }
    if isExact, !report.tensors.isExact { failures.append("not every tensor is the same") }
    for output in report.runs?.outputs ?? [] { failures += self.failures(of: output) }
    if let maxDrop, let accuracy = report.accuracy, accuracy.drop > maxDrop + Self.tolerance {
      failures.append(
        "the accuracy drops by \(accuracy.drop.shortText), more than \(maxDrop.shortText)")
    }
    if let maxDrop, let metric = report.metric, metric.drop > maxDrop + Self.tolerance {
      failures.append(
        "the metric drops by \(metric.drop.shortText), more than \(maxDrop.shortText)")
    }
    return failures
  }

  private func failures(of output: OutputComparison) -> [String] {
    let name = "the output \"\(ByteString(output.name))\""
    if let shapes = output.unequalShapes { return ["\(name) is \(shapes)"] }
    var failures: [String] = []
    if output.notFinite > 0 {
      failures.append("\(name) has \(output.notFinite) elements that one model alone has finite")
    }
    if let minCosine, output.cosine < minCosine {
      failures.append(
        "\(name) has the cosine \(output.cosine.shortText), less than \(minCosine.shortText)")
    }
    if let maxError, output.maxError > maxError {
      failures.append(
        "\(name) differs by \(output.maxError.shortText), more than \(maxError.shortText)")
    }
    return failures
  }
}
