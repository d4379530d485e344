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
  /// What they are run on.
  public var samples = SampleSettings()
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
  /// Where to write the report as an HTML page; nil for nowhere.
  public var page: String?
  /// Whether an existing page may be replaced.
  public var replaces = false

  /// Prepares to compare; nothing is read yet.
  public init(original: String, result: String) {
    self.original = original
    self.result = result
  }

  /// Compares.
  ///
  /// A page is written whatever comes of the demands.
  ///
  /// - Returns: what was found; whether the demands are met is among it.
  /// - Throws: a `DiagnosticError`; of the kind `missingLibrary` when models are to be run and there is
  ///   no runtime. No page has appeared then.
  public func run() throws -> VerificationReport {
    let models = (try ModelFile(original), try ModelFile(result))
    let file = try page.map {
      try AtomicFile(
        path: $0, replaces: replaces,
        inputs: models.0.identities + models.1.identities + sampleIdentities())
    }
    let report = try report(on: models)
    try file?.write(Array(report.html().utf8))
    try file?.commit()
    return report
  }

  private func report(on models: (ModelFile, ModelFile)) throws -> VerificationReport {
    var report = VerificationReport(
      original: models.0.name, result: models.1.name,
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
    report.demands = demands.outcomes(for: report)
    return report
  }

  /// The files of samples and labels, as far as they are there.
  private func sampleIdentities() -> [FileIdentity] {
    [samples.data, labels].compactMap { $0 }.compactMap { try? OpenFile(path: $0).identity }
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
    let samples = try LabelledSamples(self.samples, labels: labels, for: sessions.0.inputs)
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
      seed: self.samples.usedSeed, outputs: comparison.outputs)
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

  /// The file's name, safe to show.
  var name: String { ByteString(AtomicFile.split(path).name).escaped }

  var identities: [FileIdentity] { loaded.inputs.map(\.identity) }

  var warnings: [String] { loaded.warnings.map { "\(ByteString(path)): \($0.text)" } }

  func runnable() throws -> RunnableModel {
    try FileFailure.naming(path) { try RunnableModel(loaded, at: path, format: format) }
  }
}
