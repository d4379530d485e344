internal import ByteStorage
internal import Calibration
internal import Inference
internal import ModelGraph
internal import ONNXFormat

/// Sums what the layers of a model read, and keeps it, so that pruning needs no samples and no runtime.
///
/// What was collected from several sets of samples adds up where it is used.
public struct StatisticsCollection: Sendable {
  /// The path of the model; `-` for standard input.
  public var model: String
  /// The samples.
  public var data: CalibrationData
  /// The file to write.
  public var output: String
  /// How many samples are looked at, at most, and what their choice follows from.
  public var settings = CalibrationSettings()
  /// Whether an existing output may be replaced.
  public var replaces = false

  /// Prepares to collect; nothing is read yet.
  public init(model: String, data: CalibrationData, output: String) {
    (self.model, self.data, self.output) = (model, data, output)
  }

  /// What was collected.
  public struct Result: Sendable, Encodable {
    /// Which report this is, and its version.
    public let schema = "sparsify/calibrate/1"
    /// How many samples were looked at.
    public let samples: Int
    /// The names of the weights whose layers are told of.
    public let layers: [String]
    /// How large the file is.
    public let bytes: Int
    /// What is odd.
    public let warnings: [String]
  }

  /// Collects.
  ///
  /// - Parameter progress: told how many layers of how many are done.
  /// - Returns: what was collected.
  /// - Throws: a `DiagnosticError`; of the kind `missingLibrary` when there is no runtime. The output
  ///   has not appeared then.
  public func run(progress: ((Int, Int) -> Void)? = nil) throws -> Result {
    let file = try OpenFile(input: model)
    return try FileFailure.naming(file.path) {
      let loaded = try ModelFormats.format(of: file).read(file, isVerifying: false)
      let sink = try AtomicFile(
        output: output, replaces: replaces, inputs: loaded.inputs.map(\.identity))
      let (sums, skipped) = try loaded.model.statistics(
        settings.request(mask: data.mask), try data.feed(for: loaded.model, settings),
        RuntimePartRunner(options: data.inference), progress: progress)
      try StatisticsFile.write(sums) { try sink.write($0) }
      for input in loaded.inputs { try input.checkUnchanged() }
      try sink.commit()
      return Result(
        samples: sums.sampleCount, layers: sums.layers.map { ByteString($0.tensor).escaped },
        bytes: sink.byteCount,
        warnings: loaded.warnings.map(\.text)
          + skipped.map {
            "layer \"\($0)\" is left out: what it reads does not have the shape of its weights"
          })
    }
  }
}
