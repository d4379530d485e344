import ByteStorage
import ModelGraph
import Pruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct AdvisorTests {
  private let mlp = SharedFiles.fixture("models/mlp.onnx")

  private func row(
    _ bytes: Int, _ error: Double?, _ method: AdviceMethod = .unstructured
  ) -> AdviceReport.Row {
    AdviceReport.Row(
      method: method, name: "", command: [], bytes: bytes, savedBytes: 0, weightError: error,
      isEstimate: false)
  }

  @Test("A row is optimal when no other is as small and loses as little")
  func paretoFront() {
    var rows = [row(10, 0), row(8, 0), row(5, 0.2), row(6, 0.2), row(5, 0.3), row(1, nil)]
    #expect(rows.measure == .weightError)
    rows.markOptimal(by: .weightError)
    #expect(rows.map(\.isOptimal) == [false, true, true, false, false, false])
    var equal = [row(5, 0.1), row(5, 0.1)]
    equal.markOptimal(by: .weightError)
    #expect(equal.map(\.isOptimal) == [true, true], "neither is better")
  }

  @Test("Where outputs were measured, their error counts, and rows without one do not")
  func measuredOutputs() {
    var rows = [row(9, 0, .lossless), row(5, 0.1), row(4, 0.2), row(3, 0.3)]
    rows[0].outputError = 0
    #expect(rows.measure == .weightError, "that nothing is lost says nothing")
    (rows[1].outputError, rows[2].outputError) = (0.5, 0.4)
    #expect(rows.measure == .outputError)
    rows.markOptimal(by: rows.measure)
    #expect(rows.map(\.isOptimal) == [true, false, true, false])
    #expect(rows.smallest(within: 0.45, by: .outputError)?.bytes == 4)
    #expect(rows.smallest(within: 0.45, by: .weightError)?.bytes == 3)
  }

  @Test("Sizes, zeros and errors are those of a conversion")
  func figures() throws {
    let report = try Advisor(path: mlp).run()
    let row = try #require(report.rows.first { $0.command.contains("80%") })
    var conversion = Conversion(input: mlp, output: "a.spm")
    conversion.isDryRun = true
    conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.8))]
    let converted = try conversion.run()
    #expect(row.bytes == converted.outputBytes)
    #expect(row.savedBytes == report.fileBytes - row.bytes)
    #expect(row.outputError == nil && !row.isEstimate)
    let error = try #require(row.weightError)
    #expect(error > 0.05 && error < 0.5)
    let lossless = report.rows.filter { $0.method == .lossless }
    #expect(lossless.count == 3 && lossless.allSatisfy { $0.weightError == 0 })
    #expect(Set(report.rows.map(\.command)).count == report.rows.count)
  }

  @Test("The figures do not depend on the number of threads")
  func threads() throws {
    let texts = try [1, 3].map { threads in
      var advisor = Advisor(path: mlp)
      advisor.threads = threads
      return try JSONText.encode(try advisor.run())
    }
    #expect(texts[0] == texts[1])
  }

  @Test("The sum of the squares is that of the weights, and of what is left of them")
  func energy() throws {
    let file = try OpenFile(path: mlp)
    var model = try ModelFormats.format(of: file).read(file, isVerifying: false).model
    let before = try WeightEnergy(of: model, threads: 1)
    var (expected, count) = (0.0, 0)
    for weight in try PrunableWeights(of: model).weights {
      let values = try model[weight.tensor].contents.bytes().withUnsafeBytes {
        Array($0.bindMemory(to: Float.self))
      }
      expected += values.reduce(0) { $0 + Double($1) * Double($1) }
      count += values.count
    }
    #expect(abs(before.squares - expected) < 1e-9 * expected)
    #expect(before.weights == count && count > 0)
    _ = try model.prune(PruningRequest(goal: .sparsity(1, .layer)))
    #expect(try WeightEnergy(of: model, threads: 2).squares < 0.01 * expected)
  }

  @Test("A sample keeps to its limit, and stands for all bytes")
  func sample() throws {
    let file = try OpenFile(path: SharedFiles.fixture("models/cnn.onnx"))
    let model = try ModelFormats.format(of: file).read(file, isVerifying: false).model
    let sample = TensorSample(model, limit: 60_000)
    #expect(sample.bytes <= 60_000 && sample.count < sample.total && sample.count > 0)
    #expect(sample.extrapolated(1000, structure: 1000) == 1000)
    let whole = TensorSample(model, limit: .max)
    #expect(whole.bytes == whole.totalBytes && whole.count == whole.total)
    #expect(TensorSample(model, limit: 0).count == 1, "the smallest")
    var advisor = Advisor(path: SharedFiles.fixture("models/cnn.onnx"))
    advisor.sampleBytes = 60_000
    let report = try advisor.run()
    #expect(!report.rows.isEmpty && report.rows.allSatisfy { $0.isEstimate })
  }
}
