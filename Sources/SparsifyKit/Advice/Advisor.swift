internal import ByteStorage
public import Inference
internal import ModelGraph
internal import ONNXFormat
internal import Pruning
internal import SparseCoding
internal import StructuredPruning

/// Tries the ways to make a model smaller, and writes nothing.
public struct Advisor: Sendable {
  /// The path of the model.
  public var path: String
  /// How many threads work; the report does not depend on it.
  public var threads = 1
  /// Each way is tried on at most so many bytes of weights, on a sample where there are more.
  public var sampleBytes = 512_000_000
  /// The largest error of a suggested command: of the outputs where that is measured, of the weights
  /// otherwise.
  public var largestError = 0.1
  /// What the original and each result are run on, to measure how far the outputs are off; nil not to run
  /// them.
  ///
  /// Only models whose weights are all tried are run.
  public var samples: SampleSettings?
  /// How models are run.
  public var inference = InferenceOptions()

  /// Prepares to advise; nothing is read yet.
  public init(path: String) {
    self.path = path
  }

  /// Tries everything.
  ///
  /// - Parameter progress: told how many bytes of how many are tried.
  /// - Returns: what each way would come to.
  /// - Throws: a `DiagnosticError`.
  public func run(progress: ((Int, Int) -> Void)? = nil) throws -> AdviceReport {
    let file = try OpenFile(path: path)
    return try FileFailure.naming(path) {
      let format = try ModelFormats.format(of: file)
      let loaded = try format.read(file, isVerifying: false)
      let outputs = try samples.map { samples in
        try OutputErrors(
          of: RunnableModel(loaded, at: path, format: format), on: samples, options: inference)
      }
      let report = try report(on: loaded, outputs, progress)
      for input in loaded.inputs { try input.checkUnchanged() }
      return report
    }
  }

  private func report(
    on loaded: LoadedModel, _ outputs: OutputErrors?, _ progress: ((Int, Int) -> Void)?
  ) throws -> AdviceReport {
    let fileBytes = loaded.inputs.reduce(0) { $0 + $1.byteCount }
    var trial = try AdviceTrial(loaded.model, self, outputs)
    var warnings = loaded.warnings.map(\.text)
    var rows: [AdviceReport.Row] = []
    for (index, plan) in AdvicePlan.all.enumerated() {
      progress?(index * fileBytes, AdvicePlan.all.count * fileBytes)
      do {
        guard let outcome = try trial.outcome(of: plan, warnings: &warnings) else { continue }
        rows.append(row(plan, outcome, fileBytes: fileBytes))
      } catch let defect as GraphDefect {
        // Nobody can run such a model, but its file can be made smaller all the same.
        if !warnings.contains(defect.description) { warnings.append(defect.description) }
      }
    }
    if outputs != nil, rows.contains(where: \.isEstimate) {
      warnings.append("only models of fewer weights than --sample are run")
    }
    let measure = rows.measure
    rows.markOptimal(by: measure)
    return AdviceReport(
      fileBytes: fileBytes, weights: trial.weightCount, runs: outputs?.runs, measure: measure,
      rows: rows, suggestions: suggestions(rows, by: measure), warnings: warnings)
  }

  private func row(
    _ plan: AdvicePlan, _ outcome: AdviceTrial.Outcome, fileBytes: Int
  ) -> AdviceReport.Row {
    AdviceReport.Row(
      method: plan.method, name: plan.name,
      command: ["sparsify", path, outputPath] + plan.options, bytes: outcome.bytes,
      savedBytes: fileBytes - outcome.bytes, sparsity: outcome.sparsity,
      weightError: outcome.weightError, operationsLeft: outcome.operationsLeft,
      outputError: outcome.outputError, isEstimate: outcome.isEstimate)
  }

  /// A container beside the model that cannot be the model itself.
  private var outputPath: String {
    let name = AtomicFile.split(path).name
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
    return "\(path.dropLast(name.count))\(stem).small.spm"
  }

  private func suggestions(
    _ rows: [AdviceReport.Row], by measure: AdviceReport.Measure
  ) -> [AdviceReport.Suggestion] {
    let percent = "\((largestError * 100).fixed(1)) %"
    let wanted: [(String, Double)] = [
      ("nothing is lost", 0),
      (
        measure == .outputError
          ? "the smallest with an output error of at most \(percent)"
          : "the smallest that removes at most \(percent) of the weights' squares", largestError
      ),
    ]
    var suggestions: [AdviceReport.Suggestion] = []
    for (reason, limit) in wanted {
      let usable = limit > 0 ? rows : rows.filter { $0.method == .lossless }
      guard let row = usable.smallest(within: limit, by: measure),
        row.command != suggestions.first?.command
      else { continue }
      suggestions.append(
        AdviceReport.Suggestion(reason: reason, command: row.command, bytes: row.bytes))
    }
    return suggestions
  }
}
