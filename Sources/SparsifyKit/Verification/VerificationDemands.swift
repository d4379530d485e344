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

  /// True when a drop is no more than another.
  static func allows(_ drop: Double, _ limit: Double) -> Bool { drop <= limit + tolerance }

  /// What comes of each demand.
  func outcomes(for report: VerificationReport) -> [VerificationReport.Demand] {
    var outcomes = [
      VerificationReport.Demand(
        "both models take and give the same",
        failures: report.signature.isSame ? [] : ["the models do not take and give the same"])
    ]
    if isExact {
      outcomes.append(
        .init(
          "every tensor is the same, bit for bit",
          failures: report.tensors.isExact ? [] : ["not every tensor is the same"]))
    }
    return outcomes + runOutcomes(report.runs) + dropOutcomes(report)
  }

  private func runOutcomes(_ runs: VerificationReport.Runs?) -> [VerificationReport.Demand] {
    func outcome(
      _ text: String, _ failure: (OutputComparison) -> String?
    ) -> VerificationReport.Demand {
      .init(
        text,
        failures: runs?.outputs.compactMap { output in
          failure(output).map { "the output \"\(ByteString(output.name))\" \($0)" }
        })
    }
    var outcomes: [VerificationReport.Demand] = []
    if runs != nil {
      outcomes.append(
        outcome("outputs keep their shapes, and every element that is finite stays so") { output in
          if let shapes = output.unequalShapes { return "is \(shapes)" }
          guard output.notFinite > 0 else { return nil }
          return "has \(output.notFinite) elements that one model alone has finite"
        })
    }
    if let minCosine {
      let limit = minCosine.shortText
      outcomes.append(
        outcome("the cosine of every output is at least \(limit)") { output in
          guard output.unequalShapes == nil, output.cosine < minCosine else { return nil }
          return "has the cosine \(output.cosine.shortText), less than \(limit)"
        })
    }
    if let maxError {
      let limit = maxError.shortText
      outcomes.append(
        outcome("no element of an output differs by more than \(limit)") { output in
          guard output.unequalShapes == nil, output.maxError > maxError else { return nil }
          return "differs by \(output.maxError.shortText), more than \(limit)"
        })
    }
    return outcomes
  }

  private func dropOutcomes(_ report: VerificationReport) -> [VerificationReport.Demand] {
    guard let maxDrop else { return [] }
    let limit = maxDrop.shortText
    func outcome(_ name: String, drop: Double?) -> VerificationReport.Demand {
      .init(
        "\(name) drops by at most \(limit)",
        failures: drop.map { drop in
          Self.allows(drop, maxDrop)
            ? [] : ["\(name) drops by \(drop.shortText), more than \(limit)"]
        })
    }
    let drops = [
      ("the accuracy", report.accuracy?.drop), ("the metric", report.metric?.drop),
    ]
    let measured = drops.filter { $0.1 != nil }
    guard !measured.isEmpty else { return [outcome("the accuracy or metric", drop: nil)] }
    return measured.map { outcome($0.0, drop: $0.1) }
  }
}

extension VerificationReport.Demand {
  /// A demand that fails when anything does; nil when there was nothing to hold it against.
  fileprivate init(_ text: String, failures: [String]?) {
    self.init(
      text: text, outcome: failures.map { $0.isEmpty ? .met : .failed } ?? .unchecked,
      failures: failures ?? [])
  }
}
