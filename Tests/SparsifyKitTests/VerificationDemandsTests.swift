import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct VerificationDemandsTests {
  private func report() throws -> VerificationReport {
    let model = SharedFiles.fixture("models/mlp.onnx")
    var verification = Verification(original: model, result: model)
    verification.isRun = false
    return try verification.run()
  }

  private func output(
    _ name: String, cosine: Double = 1, maxError: Double = 0, notFinite: Int = 0,
    unequalShapes: String? = nil
  ) -> OutputComparison {
    OutputComparison(
      name: name, elements: 4, maxError: maxError, relativeError: 0, cosine: cosine,
      top1Agreement: nil, notFinite: notFinite, unequalShapes: unequalShapes)
  }

  private func outcomes(
    _ outputs: [OutputComparison], _ change: (inout VerificationDemands) -> Void = { _ in }
  ) throws -> [VerificationReport.Demand] {
    var report = try report()
    report.runs = .init(runtime: "1.0", samples: 1, seed: nil, outputs: outputs)
    var demands = VerificationDemands()
    change(&demands)
    return demands.outcomes(for: report)
  }

  @Test("What holds without being asked for is a demand as well")
  func always() throws {
    let met = try outcomes([output("y")])
    #expect(met.map(\.outcome) == [.met, .met])
    let failed = try outcomes([
      output("y", notFinite: 2), output("z", unequalShapes: "a and b"), output("x"),
    ])
    #expect(failed.map(\.outcome) == [.met, .failed])
    #expect(
      failed[1].failures == [
        "the output \"y\" has 2 elements that one model alone has finite",
        "the output \"z\" is a and b",
      ])
  }

  @Test("Each output is held against each limit, and one that is just met is met")
  func limits() throws {
    let outputs = [output("a", cosine: 0.5, maxError: 3), output("b", cosine: 0.25, maxError: 2)]
    let found = try outcomes(outputs) { ($0.minCosine, $0.maxError) = (0.5, 2) }
    #expect(found.map(\.failures.count) == [0, 0, 1, 1])
    #expect(found[2].failures == ["the output \"b\" has the cosine 0.2500, less than 0.5000"])
    #expect(found[3].failures == ["the output \"a\" differs by 3.000, more than 2.000"])
  }

  @Test("What cannot be held against anything is neither met nor failed")
  func unchecked() throws {
    var demands = VerificationDemands()
    (demands.minCosine, demands.maxDrop) = (0.5, 0.1)
    var report = try report()
    report.demands = demands.outcomes(for: report)
    #expect(report.demands.map(\.outcome) == [.met, .unchecked, .unchecked])
    #expect(report.isAccepted && report.failures.isEmpty)
    report.metric = .init(original: 0.9, result: 0.7)
    report.demands = demands.outcomes(for: report)
    #expect(report.demands.map(\.outcome) == [.met, .unchecked, .failed])
    #expect(report.failures == ["the metric drops by 0.2000, more than 0.1000"])
    #expect(!report.isAccepted)
  }
}
