internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Converts many models: plan, run, look, collect.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch", abstract: "Converts many models: planned, resumable, in parallel.",
    discussion: """
      sparsify batch plan models --out-dir small -o plan.jsonl --convert --sparsity 80%
      sparsify batch run plan.jsonl -j 4
      sparsify batch run plan.jsonl -j 4 --resume        after any end: kill, crash, power cut
      sparsify batch status plan.jsonl                   counts, failures by code
      sparsify batch merge plan.jsonl -o results.jsonl   one line a model, in the plan's order

      A shard does a part of a plan, on machines that share only a folder: batch run --shard 3/20.
      """,
    subcommands: [
      BatchPlanCommand.self, BatchRunCommand.self, BatchStatusCommand.self, BatchMergeCommand.self,
      BatchReportCommand.self,
    ])
}

/// Options of the commands that look at a plan and its results.
struct BatchOptions: ParsableArguments {
  @Argument(help: "The plan; results lie beside it.")
  var plan: String

  @Flag(name: .customLong("json"), help: "Print one JSON object to standard output.")
  var isJSON = false
}

/// Shows how far a batch is.
struct BatchStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows how far a batch is; exit code 1 when a task failed.")

  @OptionGroup var batch: BatchOptions

  func run() throws {
    let state = try BatchState(plan: BatchPlan(path: batch.plan))
    let summary = BatchSummary(state, schema: "sparsify/batch-status/1")
    if batch.isJSON {
      OutputStream.data.line(try JSONText.encode(summary))
    } else {
      OutputStream.data.write(summary.line + "\n" + summary.failureTable)
    }
    try summary.exitIfFailed()
  }
}

/// Collects the results of all shards in one file.
struct BatchMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract:
      "Writes the results of all shards to one file; exit code 1 when an output is missing.",
    discussion: """
      One line a task, in the order of the plan. How long things took is left out, so the same inputs
      and options give the same bytes, whatever happened on the way.
      """)

  @OptionGroup var batch: BatchOptions

  @Option(name: [.customShort("o"), .long], help: "The file to write.")
  var output: String

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing output.")
  var isForced = false

  func run() throws {
    let state = try BatchState(plan: BatchPlan(path: batch.plan))
    try state.writeMerged(to: output, replaces: isForced)
    let summary = BatchSummary(state, schema: "sparsify/batch-merge/1")
    if batch.isJSON {
      OutputStream.data.line(try JSONText.encode(summary))
    } else {
      OutputStream.talk.line(summary.line)
    }
    if summary.done < summary.tasks { throw ExitCode(1) }
  }
}

/// Lists what became of each model.
struct BatchReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Prints a Markdown table of all models; exit code 1 when a task failed.")

  @OptionGroup var batch: BatchOptions

  private struct Output: Encodable {
    let schema = "sparsify/batch-report/1"
    let summary: BatchSummary
    let results: [BatchResult]
  }

  func run() throws {
    let state = try BatchState(plan: BatchPlan(path: batch.plan))
    let summary = BatchSummary(state, schema: "sparsify/batch-status/1")
    let results = state.plan.tasks.indices.map { state.result(of: $0) }
    if batch.isJSON {
      let output = Output(summary: summary, results: results.compactMap(\.self))
      OutputStream.data.line(try JSONText.encode(output))
    } else {
      OutputStream.data.write(summary.line + "\n\n" + Self.table(state.plan.tasks, results))
    }
    try summary.exitIfFailed()
  }

  private static func table(_ tasks: [BatchTask], _ results: [BatchResult?]) -> String {
    var text = "| model | bytes | output | bytes | smaller | state |\n|---|--:|---|--:|--:|---|\n"
    for (task, result) in zip(tasks, results) {
      let bytes = result?.outputBytes ?? 0
      let ratio = bytes > 0 ? (Double(task.bytes) / Double(bytes)).fixed(2) + "x" : ""
      let cells = [
        cell(task.input), "\(ByteSize(task.bytes))", cell(task.output),
        bytes > 0 ? "\(ByteSize(bytes))" : "", ratio, result.map(state) ?? "to do",
      ]
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    return text
  }

  private static func state(_ result: BatchResult) -> String {
    guard let failure = result.failure else { return result.status.rawValue }
    return "\(result.status.rawValue): \(cell(failure.message)) [\(failure.code)]"
  }

  /// A name or message as it can stand in a table.
  private static func cell(_ text: String) -> String {
    ByteString(text).escaped.split(separator: "|", omittingEmptySubsequences: false)
      .joined(separator: "\\|")
  }
}
