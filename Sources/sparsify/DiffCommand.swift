internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Compares two models.
struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Compares two model files: structure, tensors, sizes.",
    discussion: """
      sparsify diff model.onnx pruned.spm           what changed, the largest changes first
      sparsify diff model.onnx pruned.spm -v        everything that changed
      sparsify diff model.onnx pruned.spm --json    for programs

      Exit code 0 when the models are equal, 1 when they differ; formats and sizes do not count.
      """)

  @Argument(help: "The model before: .onnx or .spm.")
  var first: String

  @Argument(help: "The model after: .onnx or .spm.")
  var second: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    var comparison = ModelComparison(first: first, second: second)
    comparison.threads = common.threads
    let report = try comparison.run()
    if common.isJSON {
      OutputStream.data.line(try JSONText.encode(report))
    } else {
      if !common.isQuiet {
        OutputStream.data.write(ComparisonText(report, isWhole: common.isVerbose).text)
      }
      common.warn(report.warnings)
    }
    if !report.isEqual { throw ExitCode(1) }
  }
}
