internal import ByteStorage
public import Inference
internal import ModelGraph
internal import ONNXFormat

/// Finds out whether a model still does what the one it was made of does.
///
/// Tensors and what the models take and give are compared in any case; with ONNX Runtime both are run
/// on the same inputs.
public struct Verification: Sendable {
  /// The path of the model that is right.
  public var original: String
  /// The path of the model that was made of it.
  public var result: String
  /// Whether to run the models.
  public var isRun = true
  /// How many random samples they are run on when there is no data.
  public var samples = 8
  /// What the random samples follow from.
  public var seed: UInt64 = 0
  /// Dimensions of random inputs by name; sizes that are not fixed are 1 otherwise.
  public var shapes: [String: [Int]] = [:]
  /// A .npz or .npy file of samples; nil for random ones.
  public var data: String?
  /// How many samples a run takes where the model leaves it open.
  public var batch = 32
  /// The labels: an array of the data, or a file with one array; nil for none.
  public var labels: String?
  /// The output that has a score for each class; nil for the first.
  public var output: String?
  /// A command that measures a model, whose path is put behind it; nil for none.
  public var metric: String?
  /// How long one answer of the runtime, or the command, may take, in seconds.
  public var timeout = 600.0
  /// How the models are run.
  public var inference = InferenceOptions()
  /// What the result must hold.
  public var demands = VerificationDemands()

  /// Prepares to compare; nothing is read yet.
  public init(original: String, result: String) {
    self.original = original
    self.result = result
  }

  /// Compares.
  ///
  /// - Returns: what was found; whether the demands are met is among it.
  /// - Throws: a `DiagnosticError`; of the kind `missingLibrary` when models are to be run and there is
  ///   no runtime.
  public func run() throws -> VerificationReport {
    let models = (try ModelFile(original), try ModelFile(result))
    var report = VerificationReport(
      tensors: try TensorAgreement(models.0.loaded.model, models.1.loaded.model),
      signature: SignatureComparison(models.0.loaded.model, models.1.loaded.model))
    report.warnings = models.0.warnings + models.1.warnings
    if (isRun || metric != nil) && report.signature.isSame {
      let runnable = (try models.0.runnable(), try models.1.runnable())
      if isRun { try compareRuns(runnable.0, runnable.1, &report) }
      if let metric {
        let metric = UserMetric(command: metric, seconds: timeout)
        report.metric = VerificationReport.Metric(
          original: try FileFailure.naming(original) {
            try metric.value(ofModelAt: runnable.0.path)
          },
          result: try FileFailure.naming(result) { try metric.value(ofModelAt: runnable.1.path) })
      }
    }
    report.failures = demands.failures(of: report)
    return report
  }

  private func compareRuns(
    _ first: RunnableModel, _ second: RunnableModel, _ report: inout VerificationReport
  ) throws {
    var options = inference
    options.secondsPerAnswer = timeout
    let sessions = (
      try FileFailure.naming(original) {
        try InferenceSession(modelAt: first.path, options: options)
      },
      try FileFailure.naming(result) {
        try InferenceSession(modelAt: second.path, options: options)
      }
    )
    let samples = try Samples(self, for: sessions.0.inputs)
    let names = sessions.0.numericOutputs.map(\.name)
    var comparison = RunComparison(outputs: names, labels: samples.labels, labelled: output)
    for run in 0..<samples.feed.runCount {
      let inputs = try samples.feed.inputs(ofRun: run)
      comparison.add(
        original: try FileFailure.naming(original) {
          try sessions.0.run(inputs.arrays, outputs: names)
        },
        result: try FileFailure.naming(result) {
          try sessions.1.run(inputs.arrays, outputs: names)
        })
      try comparison.addAnswers(samples: inputs.samples)
    }
    report.runs = VerificationReport.Runs(
      runtime: sessions.0.runtimeVersion, samples: samples.feed.sampleCount,
      seed: data == nil ? seed : nil, outputs: comparison.outputs)
    report.accuracy = comparison.accuracy
    let odd = sessions.0.outputs.filter { !$0.isNumeric }.map(\.name)
    report.warnings += odd.map { "the output \"\(ByteString($0))\" is no tensor of numbers" }
  }
}

/// A model that was read, and how to make it a file that runs.
private struct ModelFile {
  let path: String
  let format: any ModelFormat
  let loaded: LoadedModel

  init(_ path: String) throws {
    let file = try OpenFile(path: path)
    self.path = path
    (format, loaded) = try FileFailure.naming(path) {
      let format = try ModelFormats.format(of: file)
      return (format, try format.read(file, isVerifying: false))
    }
  }

  var warnings: [String] { loaded.warnings.map { "\(ByteString(path)): \($0.text)" } }

  func runnable() throws -> RunnableModel {
    try FileFailure.naming(path) { try RunnableModel(loaded, at: path, format: format) }
  }
}

/// The samples that both models are run on, and their labels.
private struct Samples {
  let feed: InputFeed
  let labels: [Int]?

  init(_ request: Verification, for inputs: [ModelValue]) throws {
    guard let path = request.data else {
      let random = try RandomInputs(for: inputs, shapes: request.shapes, seed: request.seed)
      feed = .random(random, count: request.samples)
      labels = nil
      return
    }
    let file = try ArrayFile(path: path)
    let inside = request.labels.flatMap { file.names.contains($0) ? $0 : nil }
    let data = try FileFailure.naming(path) {
      try DataInputs(file, for: inputs, labels: inside, batch: request.batch)
    }
    feed = .data(data)
    labels = try request.labels.map { name in
      let array = try Self.labels(name, in: file, isInside: inside != nil)
      guard let labels = array.integers(), labels.count == data.sampleCount else {
        throw VerificationError.badLabels(name, found: array.summary, samples: data.sampleCount)
      }
      return labels
    }
  }

  private static func labels(
    _ name: String, in file: ArrayFile, isInside: Bool
  ) throws -> NumericArray {
    if isInside { return try file.array(named: name) }
    let other: ArrayFile
    do {
      other = try ArrayFile(path: name)
    } catch FileError.missing {
      throw NumPyError.noArray(name, known: file.names)
    }
    guard other.names.count == 1, let only = other.names.first else {
      throw NumPyError.noArray(name, known: other.names)
    }
    return try FileFailure.naming(name) { try other.array(named: only) }
  }
}
