internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

/// Keeps what calibration needs to know of samples.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Sums what layers read, so that pruning needs neither samples nor ONNX Runtime.",
    discussion: """
      sparsify calibrate model.onnx --data samples.npz -o model.spmstats
      sparsify model.onnx small.spm --sparsity 0.7 --calibrate model.spmstats
      sparsify calibrate model.onnx --data more.npz -o more.spmstats --samples 256
      sparsify model.onnx small.spm --sparsity 0.7 --calibrate model.spmstats --calibrate more.spmstats

      The sums of several sets of samples, made anywhere, add up. They tell nothing of a single sample.
      With samples themselves each layer is fitted to what the pruned layers before it give, which keeps
      more of the accuracy; with sums, to what it reads in the dense network. The file is an archive of
      arrays that numpy.load reads.
      """)

  @Argument(
    help: "The model file; - for standard input.", completion: .file(extensions: ["onnx", "spm"]))
  var model: String

  @OptionGroup var samples: DataOptions

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write; - for standard output.", valueName: "file"),
    completion: .file(extensions: ["spmstats"]))
  var output: String

  @Flag(name: [.customShort("f"), .customLong("force")], help: "Replace an existing file.")
  var isForced = false

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard output != standardStreamPath || !common.isJSON else {
      throw ValidationError("standard output takes the sums or --json, not both")
    }
  }

  func run() throws {
    var collection = StatisticsCollection(
      model: model, data: CalibrationData(files: samples.data), output: output)
    samples.apply(to: &collection.settings)
    collection.replaces = isForced
    let result = try collected(collection)
    if common.isJSON { return OutputStream.data.line(try JSONText.encode(result)) }
    common.warn(result.warnings)
    common.say(
      "\(ByteString(output)): \(result.layers.count) layers, \(result.samples) samples, \(ByteSize(result.bytes))"
    )
  }

  private func collected(_ collection: StatisticsCollection) throws -> StatisticsCollection.Result {
    let bar = ProgressBar("calibrating", unit: .layers, isWanted: !common.isQuiet && !common.isJSON)
    defer { bar.clear() }
    return try collection.run { bar.update($0, of: $1) }
  }
}
