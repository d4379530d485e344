internal import Calibration
internal import Inference
internal import ModelGraph

/// Runs parts of a model in ONNX Runtime, all in one process.
final class RuntimePartRunner: PartRunner {
  private let options: InferenceOptions
  private var session: InferenceSession?
  /// The file of the part, whose data the runtime may read later.
  private var file: RunnableModel?

  init(options: InferenceOptions) {
    self.options = options
  }

  func load(_ part: Model) throws {
    let file = try RunnableModel(written: part)
    session =
      try session?.loading(modelAt: file.path)
      ?? InferenceSession(modelAt: file.path, options: options)
    self.file = file
  }

  func run(
    _ inputs: [String: NumericArray], outputs: [String]
  ) throws -> [String: NumericArray] {
    try session?.run(inputs, outputs: outputs) ?? [:]
  }
}
