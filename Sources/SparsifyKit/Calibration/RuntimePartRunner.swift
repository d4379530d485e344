internal import Calibration
internal import Inference
internal import ModelGraph

/// Runs models, and parts of one, in ONNX Runtime, all in one process.
final class RuntimePartRunner: PartRunner {
  private let options: InferenceOptions
  private var session: InferenceSession?
  /// The file of the part, whose data the runtime may read later.
  private var file: RunnableModel?

  init(options: InferenceOptions) {
    self.options = options
  }

  func load(_ part: Model) throws {
    try start(part)
  }

  /// Takes a model, and says what it takes and gives.
  @discardableResult
  func start(_ model: Model) throws -> InferenceSession {
    let file = try RunnableModel(written: model)
    let session =
      try session?.loading(modelAt: file.path)
      ?? InferenceSession(modelAt: file.path, options: options)
    (self.session, self.file) = (session, file)
    return session
  }

  func run(
    _ inputs: [String: NumericArray], outputs: [String]
  ) throws -> [String: NumericArray] {
    try session?.run(inputs, outputs: outputs) ?? [:]
  }
}
