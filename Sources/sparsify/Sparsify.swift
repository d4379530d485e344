internal import ArgumentParser
internal import ByteStorage
internal import SparseCoding
internal import SparsifyKit

/// The command: words in, words out, exit codes.
@main
struct Sparsify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sparsify",
    abstract: "Shrinks model files: stores them small without loss, prunes them when asked.",
    usage: """
      sparsify INPUT OUTPUT [options]
      sparsify <subcommand> ...
      """,
    discussion: """
      sparsify model.onnx model.spm                    store small, nothing lost
      sparsify model.spm back.onnx                     and back, the same bytes
      sparsify model.onnx small.spm --sparsity 80%     prune the smallest weights of each layer
      sparsify - - --to spm < model.onnx | wc -c       from a pipe, into a pipe
      sparsify model.onnx small.spm --recipe r.yaml    the same, and more, from a file
      sparsify model.onnx small.spm --max-drop 1% --data test.npz --labels y   as much as accuracy allows
      sparsify inspect model.onnx                      see where the bytes are
      sparsify diff model.onnx small.spm               see what has changed
      sparsify verify model.onnx small.spm             run both, compare what they give
      sparsify advise model.onnx                       try the ways to prune, write nothing
      sparsify sensitivity model.onnx --data test.npz  what each layer can take
      sparsify calibrate model.onnx --data samples.npz -o model.spmstats   what pruning asks of samples
      sparsify extract model.spm --tensor hidden.weight -o hidden.npy   one tensor, for numpy.load
      sparsify batch plan models --out-dir small       thousands of models: see help batch

      Formats: .onnx, .spm. All options of INPUT OUTPUT: sparsify help convert.
      Exit codes: 0 done, 1 the answer is no, 64 wrong use, 65 bad data, 66 no input, 69 no ONNX Runtime,
      73 output is in the way, 74 I/O error, 75 over the memory budget, 77 permission denied,
      78 wrong recipe, 128 and the number of a signal.
      """,
    version: "sparsify \(Version.current)",
    subcommands: [
      ConvertCommand.self, InspectCommand.self, VerifyCommand.self, DiffCommand.self,
      AdviseCommand.self, SensitivityCommand.self, CalibrateCommand.self, ExtractCommand.self,
      BatchCommand.self, RecipeCommand.self, ExplainCommand.self, LimitsCommand.self,
      VersionCommand.self, CompletionsCommand.self,
    ],
    defaultSubcommand: ConvertCommand.self)

  /// The words that stand for subcommands, but for `help`, which the argument parser adds.
  static var subcommandNames: [String] {
    configuration.subcommands.compactMap { $0.configuration.commandName }
  }

  static func main() {
    FreedMemory.keep()
    OutputStream.openStandardStreams()
    Termination.removesTemporaryFiles()
    Lifeline.watchIfAsked()
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard !arguments.isEmpty else { return OutputStream.data.line(helpMessage()) }
    do {
      if let plain = PlainConversion(arguments) { return try plain.run() }
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch let answer as ExitCode {
      exit(withError: answer)
    } catch let failure as any DiagnosticError {
      FailureReport(failure).print(asJSON: arguments.contains("--json"))
      exit(withError: ExitCode(failure.kind.rawValue))
    } catch let answer as ExitCode {
      // What is to be said was said.
      exit(withError: answer)
    } catch {
      let isFailure = exitCode(for: error) != .success
      guard isFailure, arguments.contains("--json") else { exit(withError: error) }
      FailureReport(WrongUse(message: message(for: error))).print(asJSON: true)
      exit(withError: exitCode(for: error))
    }
  }
}

/// The program's version.
enum Version {
  static let current = "0.1.0"
}
