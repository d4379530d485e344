internal import ByteStorage
public import ModelGraph
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
  /// How much of the sum of the weights' squares a suggested command may remove.
  public var largestError = 0.1
  /// Measures how far the outputs of a model are from those of the original; nil where that is not
  /// wanted.
  ///
  /// It is given each model that was made whole, not those made of a sample.
  public var outputError: (@Sendable (Model) throws -> Double?)?

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
      let loaded = try ModelFormats.format(of: file).read(file, isVerifying: false)
      let report = try report(on: loaded, progress)
      for input in loaded.inputs { try input.checkUnchanged() }
      return report
    }
  }

  private func report(
    on loaded: LoadedModel, _ progress: ((Int, Int) -> Void)?
  ) throws -> AdviceReport {
    let fileBytes = loaded.inputs.reduce(0) { $0 + $1.byteCount }
    var trial = try AdviceTrial(loaded.model, self)
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
    rows.markOptimal()
    return AdviceReport(
      fileBytes: fileBytes, weights: trial.weightCount, rows: rows,
      suggestions: suggestions(rows), warnings: warnings)
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

  private func suggestions(_ rows: [AdviceReport.Row]) -> [AdviceReport.Suggestion] {
    let percent = "\((largestError * 100).fixed(1)) %"
    let wanted: [(String, Double)] = [
      ("nothing is lost", 0),
      ("the smallest that removes at most \(percent) of the weights' squares", largestError),
    ]
    var suggestions: [AdviceReport.Suggestion] = []
    for (reason, limit) in wanted {
      let usable = limit > 0 ? rows : rows.filter { $0.method == .lossless }
      guard let row = usable.smallest(within: limit), row.command != suggestions.first?.command
      else { continue }
      suggestions.append(
        AdviceReport.Suggestion(reason: reason, command: row.command, bytes: row.bytes))
    }
    return suggestions
  }
}
