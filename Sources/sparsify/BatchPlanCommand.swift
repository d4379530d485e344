internal import ArgumentParser
internal import ByteStorage
internal import Pruning
internal import SparsifyKit
internal import StructuredPruning

/// Plans many conversions.
struct BatchPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Lists what is to be converted, one line of JSON a model.",
    usage: "sparsify batch plan INPUT... --out-dir DIR [-o PLAN] [--convert OPTIONS...]",
    discussion: """
      sparsify batch plan models --out-dir small -o plan.jsonl
      sparsify batch plan 'zoo/**/*.onnx' --out-dir zoo24 --convert --pattern 2:4 --level small

      Paths in the plan are relative to it (on standard output: to the folder it is made in), so that
      all can be moved together.
      """)

  @Argument(help: "Model files, folders with all below them, patterns in quotes.")
  var inputs: [String]

  @Option(help: ArgumentHelp("The folder for outputs, which mirrors inputs.", valueName: "dir"))
  var outDir: String

  @Option(name: [.customShort("o"), .long], help: "The plan to write; standard output without it.")
  var output: String?

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing plan.")
  var isForced = false

  @Option(
    name: .customLong("convert"), parsing: .remaining,
    help: ArgumentHelp(
      "What follows, to the end, are options of convert.", valueName: "options"))
  var words: [String] = []

  @OptionGroup var common: CommonOptions

  func run() throws {
    let options = try ConversionWords(words)
    let file = try output.map { try AtomicFile(path: $0, replaces: isForced) }
    var planner = BatchPlanner(
      inputs: inputs, outputFolder: outDir,
      planFolder: output.map { AtomicFile.split($0).folder } ?? ".",
      conversion: options.conversion, arguments: options.words, tool: Version.current)
    planner.fileOptions = options.fileOptions
    planner.threads = common.threads
    let bar = ProgressBar("planning", isWanted: !common.isQuiet && !common.isJSON)
    let totals: BatchPlanner.Totals
    do {
      defer { bar.clear() }
      totals = try planner.write(to: file ?? StandardOutput()) { bar.update($0, of: $1) }
    }
    try file?.commit()
    if file != nil, common.isJSON { return OutputStream.data.line(try JSONText.encode(totals)) }
    common.say("\(totals.tasks) models, \(ByteSize(totals.bytes))")
    if let output { common.say("  next: sparsify batch run \(ByteString(output)) -j 2") }
  }
}

/// The options of a conversion as words, checked as convert would.
struct ConversionWords {
  /// Options of convert that name a file: its contents count, not where it lies.
  private static let fileOptions: Set<String> = ["--recipe", "--calibrate", "--data"]
  /// Options that make no sense for many conversions at once.
  private static let single: Set<String> = [
    "--report", "-n", "--dry-run", "--json", "-q", "--quiet", "-v", "--verbose",
  ]

  /// One option or value each.
  let words: [String]
  /// Those of the options that name a file; labels are one when they do not lie among the samples.
  var fileOptions: Set<String> {
    let labels = conversion.limit?.labels ?? ""
    let isFile = [".npy", ".npz"].contains { labels.hasSuffix($0) }
    return isFile ? Self.fileOptions.union(["--labels"]) : Self.fileOptions
  }
  /// What they ask for.
  let conversion: Conversion

  /// Throws what convert would throw.
  init(_ given: [String]) throws {
    words = given.flatMap { word in
      guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return [word] }
      return [String(word[..<sign]), String(word[word.index(after: sign)...])]
    }
    if let word = words.first(where: Self.single.contains) {
      throw ValidationError("\(word) is no option of a batch")
    }
    conversion = try ConvertCommand.parse(words + ["--", "input", "output"]).conversion()
  }
}

/// Standard output as a place for bytes.
private final class StandardOutput: ByteSink {
  private(set) var byteCount = 0

  func write(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    OutputStream.data.write(String(decoding: bytes, as: UTF8.self))
  }
}
