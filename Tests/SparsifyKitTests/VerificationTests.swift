import ByteStorage
import Inference
import ModelGraph
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct OutputTotalsTests {
  private func compare(
    _ original: [Float], _ result: [Float], _ dimensions: [Int]
  ) throws -> OutputComparison {
    var totals = OutputTotals(name: "y")
    totals.add(
      try #require(NumericArray(original, dimensions: dimensions)),
      try #require(NumericArray(result, dimensions: dimensions)))
    return totals.comparison
  }

  @Test("Errors and cosine are those of the definition")
  func figures() throws {
    let found = try compare([3, 4, 0, 0], [3, 0, 0, 0], [1, 4])
    #expect(found.maxError == 4)
    #expect(found.relativeError == 0.8)
    #expect(found.cosine == 0.6)
    #expect(found.top1Agreement == 0)
  }

  @Test("Zeros have no direction, and no angle to themselves")
  func zeros() throws {
    #expect(try compare([0, 0], [0, 0], [2]).cosine == 1)
    #expect(try compare([0, 0], [0, 1], [2]).cosine == 0)
    #expect(try compare([0, 0], [0, 1], [2]).relativeError == nil)
  }

  @Test("What is no number counts by itself, and only where the models disagree")
  func notFinite() throws {
    let found = try compare(
      [.nan, .infinity, 1, .infinity, 2], [.nan, .infinity, .nan, -.infinity, 2], [5])
    #expect(found.notFinite == 2)
    #expect(found.maxError == 0)
    #expect(found.cosine == 1)
  }

  @Test("Outputs of two shapes are not compared")
  func shapes() throws {
    var totals = OutputTotals(name: "y")
    totals.add(
      try #require(NumericArray([1, 2], dimensions: [1, 2])),
      try #require(NumericArray([1, 2], dimensions: [2, 1])))
    #expect(totals.comparison.unequalShapes == "float32 1x2 and float32 2x1")
  }

  @Test("The largest element is looked for along the last axis longer than one")
  func axes() throws {
    let columns = try #require(Shape([1, 3, 1, 1]).flatMap { ClassAxis($0) })
    #expect(columns.rows == 1)
    #expect(columns.largest([0, 2, 1]) == [1])
    let rows = try #require(Shape([2, 2, 3]).flatMap { ClassAxis($0) })
    #expect(rows.largest([0, 1, 2, 5, 5, 4, 1, 0, 0, 0, 0, 0]) == [2, 0, 0, 0])
    #expect(Shape([5]).flatMap { ClassAxis($0) } == nil)
    #expect(Shape([5, 1]).flatMap { ClassAxis($0) } == nil)
  }
}

@Suite struct ClassAccuracyTests {
  @Test("Each class is counted, and the one that loses most is named, the first of several")
  func classes() {
    let found = AccuracyComparison(
      output: "y", labels: [0, 0, 1, 1, 7, 7], original: [0, 0, 1, 0, 7, 7],
      result: [0, 1, 1, 1, 0, 7])
    #expect(found.originalRight == 5)
    #expect(found.resultRight == 4)
    #expect(found.classes.map(\.label) == [0, 1, 7])
    #expect(found.classes.map(\.drop) == [0.5, -0.5, 0.5])
    #expect(found.worst?.label == 0)
  }

  @Test("Scores give a class a sample, integers are classes already")
  func answers() throws {
    var answers = ClassAnswers(output: "y")
    let scores = try #require(NumericArray([0, 1, 3, 2], dimensions: [2, 2]))
    try answers.add(scores, samples: 2)
    try answers.add(try #require(NumericArray([0, 0, 9], dimensions: [3])), samples: 1)
    let shape = try #require(Shape([2]))
    let labels = NumericArray(elementType: .uint8, shape: shape, contents: [4, 5])
    try answers.add(try #require(labels), samples: 2)
    #expect(answers.classes == [1, 0, 2, 4, 5])
    #expect(throws: VerificationError.self) { try answers.add(scores, samples: 3) }
  }
}

@Suite struct UserMetricTests {
  @Test("The last number counts, whatever stands around it")
  func numbers() {
    #expect(UserMetric.lastNumber(in: "epoch 3\nacc: 0.5 (best=0.75)\n") == 0.75)
    #expect(UserMetric.lastNumber(in: "91.5%") == 91.5)
    #expect(UserMetric.lastNumber(in: "-1e-3 nan") == -0.001)
    #expect(UserMetric.lastNumber(in: "none") == nil)
  }

  @Test("The command gets the path as one word, and its failures say what happened")
  func command() throws {
    let folder = TemporaryFolder()
    let path = folder.write([1, 2, 3], to: "a b.onnx")
    #expect(try UserMetric(command: "wc -c <", seconds: 10).value(ofModelAt: path) == 3)
    #expect(
      throws: VerificationError.metricFailed(command: "exit 2;", ending: "ended with the code 2")
    ) {
      _ = try UserMetric(command: "exit 2;", seconds: 10).value(ofModelAt: path)
    }
    #expect(throws: VerificationError.metricTimedOut(command: "sleep 9;", seconds: 0.1)) {
      _ = try UserMetric(command: "sleep 9;", seconds: 0.1).value(ofModelAt: path)
    }
  }
}

@Suite struct VerificationTests {
  private let model = SharedFiles.fixture("models/mlp.onnx")

  @Test("A model is the same as itself, without running it")
  func same() throws {
    var verification = Verification(original: model, result: model)
    verification.isRun = false
    verification.demands.isExact = true
    let report = try verification.run()
    #expect(report.isAccepted)
    #expect(report.tensors.equal == report.tensors.compared)
    #expect(report.tensors.compared > 0)
    #expect(report.runs == nil)
  }

  @Test("Other inputs are no failure of the program but an answer")
  func otherInputs() throws {
    var verification = Verification(
      original: model, result: SharedFiles.fixture("models/cnn.onnx"))
    verification.isRun = false
    let report = try verification.run()
    #expect(!report.isAccepted)
    #expect(!report.tensors.removed.isEmpty)
  }

  @Test("The model that is written for the runtime goes with its folder")
  func temporaryModel() throws {
    let file = try OpenFile(path: SharedFiles.fixture("containers/v1.0/cnn_external_each.spm"))
    let loaded = try ContainerFiles().read(file, isVerifying: false)
    var runnable: RunnableModel? = try RunnableModel(
      loaded, at: file.path, format: ContainerFiles())
    let path = try #require(runnable?.path)
    #expect(try OpenFile(path: path).byteCount > 0)
    runnable = nil
    #expect(throws: FileError.missing(path)) { _ = try OpenFile(path: path) }
  }

  @Test("Small and large numbers are short")
  func shortText() {
    #expect(0.0.shortText == "0")
    #expect(0.5979.shortText == "0.5979")
    #expect(20.9051.shortText == "20.905")
    #expect(0.000_012_349.shortText == "1.235e-5")
    #expect((-2_500_000.0).shortText == "-2.500e6")
    #expect(Double.infinity.shortText == "inf")
  }
}
