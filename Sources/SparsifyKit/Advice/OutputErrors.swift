internal import ByteStorage
internal import Inference
internal import ModelGraph

/// Measures how far the outputs of models are from those of the one they were made of.
///
/// Models run in ONNX Runtime, the original in one process and the others in a second one, one after the
/// other.
final class OutputErrors {
  /// A model whose outputs are not far off or near, but cannot be compared.
  struct NoAnswer: Error {
    /// Why, in words.
    let reason: String
  }

  /// The most samples of a file that are used; of more, so many are taken evenly.
  static let mostSamples = 1024
  /// The original's outputs are kept for all models as long as they have so many bytes; the others are
  /// computed anew for each.
  private static let mostKept = 1 << 28

  /// What was run, and on what.
  let runs: AdviceReport.Runs
  private let feed: InputFeed
  private let names: [String]
  private let original: InferenceSession
  /// The file of the original, whose data the runtime may read later.
  private let file: RunnableModel
  private let options: InferenceOptions
  private var kept: [[String: NumericArray]] = []
  private var keptBytes = 0
  private var session: InferenceSession?

  /// Loads the original.
  ///
  /// - Throws: `InferenceError`, of the kind `missingLibrary` when there is no runtime, and what reading
  ///   the samples throws.
  init(of file: RunnableModel, on samples: SampleSettings, options: InferenceOptions) throws {
    (self.file, self.options) = (file, options)
    original = try InferenceSession(modelAt: file.path, options: options)
    names = original.numericOutputs.map(\.name)
    feed = try samples.feed(for: original.inputs).limited(to: Self.mostSamples)
    runs = AdviceReport.Runs(
      runtime: original.runtimeVersion, samples: feed.sampleCount, seed: samples.usedSeed)
  }

  /// The largest relative error of an output: the norm of its difference over that of the original's, all
  /// samples as one vector.
  ///
  /// - Throws: `NoAnswer` when the runtime does not run the model, an output has another shape, or elements
  ///   that are finite in one model alone, or is all zero in the original alone; the next model is run all
  ///   the same. `InferenceError` when the original does not run, or the time or memory is not enough.
  func error(of model: Model) throws -> Double {
    guard !names.isEmpty else { return try Self.largestError(of: []) }
    let file = try RunnableModel(written: model)
    // A process that failed is of no more use.
    let last = session.take()
    let session = try asAnswer {
      try last?.loading(modelAt: file.path)
        ?? InferenceSession(modelAt: file.path, options: options)
    }
    var comparison = RunComparison(outputs: names, labels: nil, labelled: nil)
    for run in 0..<feed.runCount {
      let inputs = try feed.inputs(ofRun: run).arrays
      comparison.add(
        original: try originalOutputs(ofRun: run, inputs),
        result: try asAnswer { try session.run(inputs, outputs: names) })
    }
    self.session = session
    return try Self.largestError(of: comparison.outputs)
  }

  private static func largestError(of outputs: [OutputComparison]) throws(NoAnswer) -> Double {
    var largest: Double?
    for output in outputs where output.elements > 0 || output.unequalShapes != nil {
      guard let error = output.knownError else {
        let name = ByteString(output.name)
        throw NoAnswer(reason: "its output \"\(name)\" cannot be compared with the original's")
      }
      largest = max(error, largest ?? 0)
    }
    guard let largest else { throw NoAnswer(reason: "its outputs are no numbers") }
    return largest
  }

  /// That a result is not run by the runtime is an answer; that there is no time or memory is none.
  private func asAnswer<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as InferenceError where failure.kind == .malformedData {
      throw NoAnswer(reason: failure.description)
    }
  }

  private func originalOutputs(
    ofRun run: Int, _ inputs: [String: NumericArray]
  ) throws -> [String: NumericArray] {
    if run < kept.count { return kept[run] }
    let outputs = try original.run(inputs, outputs: names)
    let bytes = outputs.values.reduce(0) { $0 + $1.contents.count }
    if run == kept.count, keptBytes + bytes <= Self.mostKept {
      kept.append(outputs)
      keptBytes += bytes
    }
    return outputs
  }
}

extension OutputComparison {
  /// The relative error; nil where it does not say how far the output is the same.
  fileprivate var knownError: Double? {
    guard unequalShapes == nil, notFinite == 0 else { return nil }
    return maxError == 0 ? 0 : relativeError
  }
}
