internal import ArgumentParser
internal import ByteStorage
internal import Inference
internal import SparsifyKit

/// Compares a model with the one it was made of.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compares a model with the one it was made of.",
    discussion: """
      sparsify verify model.onnx small.spm                         on random inputs
      sparsify verify model.onnx small.spm --data test.npz --labels y --max-drop 1%
      sparsify verify model.onnx small.spm --min-cosine 0.99       exit code 1 when it is less
      sparsify verify model.onnx model.spm --no-run --exact        the tensors alone
      sparsify verify model.onnx small.spm --metric 'python score.py'

      Both models run in ONNX Runtime, in a process of its own. An array of --data goes into the input of
      its name, its first axis is the samples. --metric runs a command with the path of an .onnx file
      behind it; the last number it prints is the metric, larger is better.
      Exit codes: 0 accepted, 1 not accepted, 69 no ONNX Runtime (Tools/setup --with-runtime).
      """)

  @Argument(help: "The model that is right.")
  var original: String

  @Argument(help: "The model that was made of it.")
  var result: String

  @OptionGroup(title: "Samples") var samples: SampleOptions
  @OptionGroup(title: "Demands") var demands: DemandOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    try demands.check(against: samples)
    var verification = Verification(original: original, result: result)
    samples.apply(to: &verification)
    verification.demands = demands.demands
    let report = try verification.run()
    if common.isJSON {
      OutputStream.data.line(try JSONText.encode(report))
    } else {
      OutputStream.data.write(VerificationText(report, showsAll: common.isVerbose).text)
      common.warn(report.warnings)
    }
    if !report.isAccepted { throw ExitCode(1) }
  }
}

/// What the models are run on.
struct SampleOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Samples: an .npz file, or .npy for one input.", valueName: "file"))
  var data: String?

  @Option(help: ArgumentHelp("Labels: an array of --data, or a file.", valueName: "name"))
  var labels: String?

  @Option(help: ArgumentHelp("The output with a score for each class.", valueName: "name"))
  var output: String?

  @Option(help: ArgumentHelp("Samples a run where the model leaves it open.", valueName: "n"))
  var batch = 32

  @Option(help: ArgumentHelp("Random samples when there is no --data.", valueName: "n"))
  var samples = 8

  @Option(help: "Seed of the random samples.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Shape of a random input; sizes left open are 1.", valueName: "name=1x3x8"))
  var shape: [InputShape] = []

  @Option(help: ArgumentHelp("A command that prints a number for a model.", valueName: "command"))
  var metric: String?

  @Option(help: ArgumentHelp("The longest that one answer may take.", valueName: "seconds"))
  var timeout = 600.0

  @Option(help: ArgumentHelp("The most memory of the runtime, such as 4G.", valueName: "size"))
  var maxMemory: ByteSize?

  @Flag(name: .customLong("no-run"), help: "Compare without running the models.")
  var isNotRun = false

  mutating func validate() throws {
    guard (1...1_000_000).contains(samples), (1...1_000_000).contains(batch) else {
      throw ValidationError("--samples and --batch take a number from 1 to 1000000")
    }
    guard timeout > 0, timeout <= 1e6 else {
      throw ValidationError("--timeout takes seconds, more than 0 and at most 1000000")
    }
    guard labels == nil || data != nil else { throw ValidationError("--labels goes with --data") }
    guard !isNotRun || data == nil else {
      throw ValidationError("--no-run and --data contradict each other")
    }
  }

  func apply(to verification: inout Verification) {
    (verification.data, verification.labels) = (data, labels)
    (verification.output, verification.metric) = (output, metric)
    (verification.batch, verification.samples, verification.seed) = (batch, samples, seed)
    verification.shapes = Dictionary(shape.map { ($0.name, $0.dimensions) }) { $1 }
    verification.timeout = timeout
    verification.isRun = !isNotRun
    if let maxMemory { verification.inference.memoryLimit = maxMemory.bytes }
  }
}

/// What the result must hold.
struct DemandOptions: ParsableArguments {
  @Flag(name: .customLong("exact"), help: "Every tensor must be the same, bit for bit.")
  var isExact = false

  @Option(
    help: ArgumentHelp("The most accuracy or metric to lose: 0.01 or 1%.", valueName: "share"))
  var maxDrop: Drop?

  @Option(help: ArgumentHelp("The least cosine of an output.", valueName: "c"))
  var minCosine: Double?

  @Option(help: ArgumentHelp("The largest difference of an element of an output.", valueName: "e"))
  var maxError: Double?

  var demands: VerificationDemands {
    var demands = VerificationDemands()
    demands.isExact = isExact
    (demands.maxDrop, demands.minCosine, demands.maxError) = (maxDrop?.value, minCosine, maxError)
    return demands
  }

  /// Throws for demands that nothing would be held against.
  func check(against samples: SampleOptions) throws {
    guard maxDrop == nil || samples.labels != nil || samples.metric != nil else {
      throw ValidationError("--max-drop goes with --labels or --metric")
    }
    guard !samples.isNotRun || (minCosine == nil && maxError == nil) else {
      throw ValidationError("--min-cosine and --max-error need the models to be run")
    }
  }
}

/// A loss, written `0.01` or `1%`; of a metric, it may be more than 1.
struct Drop: ExpressibleByArgument {
  let value: Double

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    guard let number = Double(isPercent ? argument.dropLast() : argument[...]), number >= 0,
      number.isFinite
    else { return nil }
    value = isPercent ? number / 100 : number
  }
}

/// `input=1x3x224x224`.
struct InputShape: ExpressibleByArgument {
  let name: String
  let dimensions: [Int]

  init?(argument: String) {
    guard let separator = argument.lastIndex(of: "=") else { return nil }
    let sizes = argument[argument.index(after: separator)...].split(
      separator: "x", omittingEmptySubsequences: false)
    let dimensions = sizes.compactMap { Int($0) }
    guard dimensions.count == sizes.count, dimensions.allSatisfy({ $0 > 0 }) else { return nil }
    name = String(argument[..<separator])
    self.dimensions = dimensions
  }
}
