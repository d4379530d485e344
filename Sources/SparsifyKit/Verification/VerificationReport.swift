/// What comparing two models found.
public struct VerificationReport: Sendable, Encodable {
  /// What running both models found.
  public struct Runs: Sendable, Encodable {
    /// The version of ONNX Runtime.
    public let runtime: String
    /// How many samples both were run on.
    public let samples: Int
    /// The seed of the samples; nil when they came from a file.
    public let seed: UInt64?
    /// Each output that is a tensor of numbers, in the model's order.
    public let outputs: [OutputComparison]
  }

  /// The user's own measure of both models.
  public struct Metric: Sendable, Encodable {
    /// Of the original.
    public let original: Double
    /// Of the result.
    public let result: Double
    /// What is lost; negative when something is gained.
    public let drop: Double

    init(original: Double, result: Double) {
      self.original = original
      self.result = result
      drop = original - result
    }
  }

  /// The name and version of this form.
  public let schema = "sparsify/verify/1"
  /// How far the tensors are the same.
  public let tensors: TensorAgreement
  /// What both take and give.
  public let signature: SignatureComparison
  /// What running both found; nil when they were not run.
  public internal(set) var runs: Runs?
  /// How often both name the right class; nil without labels.
  public internal(set) var accuracy: AccuracyComparison?
  /// The user's own measure; nil without one.
  public internal(set) var metric: Metric?
  /// What the demands do not allow, in words.
  public internal(set) var failures: [String] = [] {
    didSet { isAccepted = failures.isEmpty }
  }
  /// True when all demands are met.
  public private(set) var isAccepted = true
  /// What is odd about the files.
  public internal(set) var warnings: [String] = []

  init(tensors: TensorAgreement, signature: SignatureComparison) {
    self.tensors = tensors
    self.signature = signature
  }
}
