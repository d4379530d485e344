internal import ByteStorage
internal import Calibration
public import Inference
internal import ModelGraph
internal import ONNXFormat
public import Pruning

/// Finds out how much the outputs of a network change when a single layer is pruned, for each layer
/// and several sparsities.
///
/// The network is run once for each of them in ONNX Runtime, on the same samples.
public struct SensitivityScan: Sendable {
  /// The path of the model.
  public var path: String
  /// The paths of .npz or .npy files of samples.
  public var data: [String]
  /// The sparsities.
  public var levels = [0.5, 0.7, 0.8, 0.9]
  /// The name of what ranks weights.
  public var criterion = "magnitude"
  /// Which samples are used, and whether they choose the weights and repair the layers.
  public var calibration = CalibrationSettings()
  /// The output that is looked at; nil for all.
  public var output: String?
  /// What is pruned and nothing else; empty for all.
  public var only: [Selector] = []
  /// What is left alone, whatever `only` says.
  public var except: [Selector] = []
  /// Whether the report tells how many bytes tensors take.
  public var measuresSizes = false
  /// How many networks are run at a time; the report does not depend on it.
  public var threads = 1
  /// How the model is run.
  public var inference = InferenceOptions()

  /// Prepares to scan; nothing is read yet.
  public init(path: String, data: [String]) {
    (self.path, self.data) = (path, data)
    calibration.samples = Self.usualSamples
    calibration.protection = "none"
  }

  /// How many samples are used where nothing else is said.
  public static let usualSamples = 128

  /// Scans.
  ///
  /// - Parameter progress: told how many networks of how many were run.
  /// - Returns: the error of each layer at each level.
  /// - Throws: a `DiagnosticError`; of the kind `missingLibrary` when there is no runtime.
  public func run(progress: ((Int, Int) -> Void)? = nil) throws -> SensitivityReport {
    let file = try OpenFile(input: path)
    return try FileFailure.naming(file.path) {
      let loaded = try ModelFormats.format(of: file).read(file, isVerifying: false)
      var report = try report(on: loaded.model, progress)
      report.warnings = loaded.warnings.map(\.text) + report.warnings
      for input in loaded.inputs { try input.checkUnchanged() }
      return report
    }
  }

  private func report(
    on model: Model, _ progress: ((Int, Int) -> Void)?
  ) throws -> SensitivityReport {
    var samples = CalibrationData(files: data)
    samples.inference = inference
    let feed = try samples.feed(for: model, calibration)
    let variants = try LayerVariants(of: model, self)
    let probe = try OutputProbe(
      model, feed, output: output, with: RuntimePartRunner(options: inference))
    let count = variants.layerCount * levels.count
    var errors: [Double?] = []
    let (inference, levels) = (inference, levels)
    try OrderedPipeline.run(
      count: count, threads: threads, workspace: { RuntimePartRunner(options: inference) },
      produce: { index, runner in
        let (layer, level) = index.quotientAndRemainder(dividingBy: levels.count)
        let variant = try variants.model(layer: layer, level: level, feed, runner)
        return try variant.flatMap { try probe.error(of: $0, with: runner) }
      },
      consume: { index, error in
        errors.append(error)
        progress?(index + 1, count)
      })
    return SensitivityReport(
      runtime: probe.runtimeVersion, samples: feed.sampleCount, outputs: probe.outputs,
      method: calibration.method ?? criterion, levels: levels, pruning: variants.summary,
      operations: LayerOperations(model).layers,
      sizes: measuresSizes ? try variants.sizes(threads: threads) : nil, errors: errors)
  }
}
