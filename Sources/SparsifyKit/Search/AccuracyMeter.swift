internal import Inference
internal import ModelGraph

/// Measures models, all in one process and on the same samples; larger is better.
final class AccuracyMeter {
  private let limit: AccuracyLimit
  private let runner: RuntimePartRunner
  private var samples: LabelledSamples?

  init(_ limit: AccuracyLimit) {
    self.limit = limit
    var options = limit.inference
    options.secondsPerAnswer = limit.timeout
    runner = RuntimePartRunner(options: options)
  }

  /// The share of samples that a model classifies rightly, or what the command says.
  ///
  /// Throws `ConversionError.badOption` when there is nothing to measure with, and what `verify` throws.
  func value(of model: Model) throws -> Double {
    if let metric = limit.metric {
      let file = try RunnableModel(written: model)
      return try UserMetric(command: metric, seconds: limit.timeout).value(ofModelAt: file.path)
    }
    guard limit.data != nil, let labels = limit.labels else {
      throw ConversionError.badOption(
        "a limit of accuracy has nothing to measure it with",
        hint: "give samples and their labels, or a command that measures a model")
    }
    let session = try runner.start(model)
    let samples =
      try self.samples
      ?? LabelledSamples(settings, labels: labels, for: session.inputs)
    self.samples = samples
    return try accuracy(
      on: samples, output: limit.output ?? session.numericOutputs.first?.name ?? "")
  }

  private var settings: SampleSettings {
    var settings = SampleSettings()
    (settings.data, settings.batch) = (limit.data, limit.batch)
    return settings
  }

  private func accuracy(on samples: LabelledSamples, output: String) throws -> Double {
    var answers = ClassAnswers(output: output)
    for run in 0..<samples.feed.runCount {
      let inputs = try samples.feed.inputs(ofRun: run)
      guard let scores = try runner.run(inputs.arrays, outputs: [output])[output] else { continue }
      try answers.add(scores, samples: inputs.samples)
    }
    let right = zip(samples.labels ?? [], answers.classes).count { $0 == $1 }
    return Double(right) / Double(max(samples.feed.sampleCount, 1))
  }
}
