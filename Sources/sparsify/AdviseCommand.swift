internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Says what each way to make a model smaller would come to.
struct AdviseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "advise", abstract: "Tries the ways to make a model smaller; writes nothing.",
    discussion: """
      sparsify advise model.onnx                    sizes and errors, and a command to run
      sparsify advise model.onnx --max-error 5%     a more careful suggestion
      sparsify advise model.onnx --data test.npz    how far each result's outputs are off

      The weight error is the share of the weights' squares that is removed; it needs no data and is
      no accuracy. With --data, or --run for random samples, the model and each result run in ONNX
      Runtime: the output error is the relative error that verify reports, the largest of all outputs.
      At most 1024 samples of --data are used, spread evenly; random ones say little where a model
      reads words. Rows with * are those no other row beats in both size and output error, or weight
      error where nothing is run. Sizes of models beyond --sample are estimated from a sample of their
      tensors and marked with ~; those are not run.
      """)

  @Argument(help: "The model: .onnx or .spm.")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Suggest a command of at most this output error, or weight error.", valueName: "share"))
  var maxError = Share(0.1)

  @Option(
    help: ArgumentHelp("Try each way on at most so many bytes of weights.", valueName: "size"))
  var sample = ByteSize(512_000_000)

  @Flag(name: .customLong("run"), help: "Run each result on random samples; --data implies it.")
  var isRun = false

  @OptionGroup(title: "Samples") var samples: SampleOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let bar = ProgressBar("advising", isWanted: !common.isQuiet && !common.isJSON)
    var advisor = Advisor(path: model)
    advisor.threads = common.threads
    advisor.sampleBytes = sample.bytes
    advisor.largestError = maxError.value
    if isRun || samples.data != nil { advisor.samples = samples.settings }
    advisor.inference = samples.inference
    let report: AdviceReport
    do {
      defer { bar.clear() }
      report = try advisor.run { bar.update($0, of: $1) }
    }
    if common.isJSON { return OutputStream.data.line(try JSONText.encode(report)) }
    OutputStream.data.write(text(of: report))
    common.warn(report.warnings)
  }

  private func text(of report: AdviceReport) -> String {
    let kind = report.runs?.seed.map { "random samples (seed \($0))" } ?? "samples"
    let runs = report.runs.map { "\($0.samples) \(kind) in ONNX Runtime \($0.runtime)\n" } ?? ""
    let heading = "\(ByteSize(report.fileBytes)), \(report.weights) weights\n\(runs)\n"
    var parts = [heading + table(of: report)]
    if report.rows.contains(where: \.isEstimate) {
      parts.append("~ estimated from a sample of the tensors; all of them: --sample 1T\n")
    }
    parts.append(
      report.suggestions.map { suggestion in
        "\(suggestion.reason), \(ByteSize(suggestion.bytes)):\n"
          + "  \(suggestion.command.map(\.shellWord).joined(separator: " "))\n"
      }
      .joined())
    if report.measure == .outputError, report.suggestions.count < 2 {
      parts.append(
        "nothing smaller has an output error of at most \(percent(maxError.value)); "
          + "--max-error allows more\n")
    }
    let methods = AdviceMethod.allCases.filter { method in
      report.rows.contains { $0.method == method }
    }
    parts.append(
      "who gains:\n" + methods.map { "  \($0.rawValue): \($0.gain)\n" }.joined())
    return parts.joined(separator: "\n")
  }

  private func table(of report: AdviceReport) -> String {
    let isMeasured = report.measure == .outputError
    var table = TextTable(
      ["", "what", "size", "saved", "zeros", "weight error"]
        + (isMeasured ? ["output error"] : []) + ["macs"], numeric: [2, 3, 4, 5, 6, 7])
    for row in report.rows {
      let saved = Double(row.savedBytes) / Double(max(report.fileBytes, 1))
      table.add(
        [
          row.isOptimal ? "*" : "", row.name,
          (row.isEstimate ? "~" : "") + "\(ByteSize(row.bytes))", percent(saved),
          row.sparsity.map(percent) ?? "", row.weightError.map(percent) ?? "?",
        ] + (isMeasured ? [row.outputError.map(percent) ?? "?"] : [])
          + [row.operationsLeft.map(percent) ?? ""])
    }
    return table.text
  }

  private func percent(_ share: Double) -> String { (share * 100).fixed(1) + " %" }
}

extension String {
  /// The word as a shell takes it, quoted where that is needed.
  fileprivate var shellWord: String {
    let isPlain = allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:%+=@,".contains($0))
    }
    if isPlain, !isEmpty { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
