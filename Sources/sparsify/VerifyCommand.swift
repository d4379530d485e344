internal import ArgumentParser
internal import ByteStorage
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
      sparsify verify model.onnx small.spm --html report.html      a page with drawings as well

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
  @OptionGroup(title: "Measures") var measures: MeasureOptions
  @Flag(name: .customLong("no-run"), help: "Compare without running the models.")
  var isNotRun = false

  @OptionGroup(title: "Demands") var demands: DemandOptions
  @OptionGroup var page: PageOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard measures.labels == nil || samples.data != nil else {
      throw ValidationError("--labels goes with --data")
    }
    guard !isNotRun || samples.data == nil else {
      throw ValidationError("--no-run and --data contradict each other")
    }
    try demands.check(against: measures, isNotRun: isNotRun)
  }

  func run() throws {
    var verification = Verification(original: original, result: result)
    verification.samples = samples.settings
    (verification.inference, verification.timeout) = (samples.inference, samples.timeout)
    (verification.labels, verification.output) = (measures.labels, measures.output)
    (verification.metric, verification.isRun) = (measures.metric, !isNotRun)
    verification.demands = demands.demands
    (verification.page, verification.replaces) = (page.html, page.isForced)
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
  func check(against measures: MeasureOptions, isNotRun: Bool) throws {
    guard maxDrop == nil || measures.labels != nil || measures.metric != nil else {
      throw ValidationError("--max-drop goes with --labels or --metric")
    }
    guard !isNotRun || (minCosine == nil && maxError == nil) else {
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
