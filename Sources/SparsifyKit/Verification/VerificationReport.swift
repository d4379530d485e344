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

  /// A demand, and whether it is met.
  public struct Demand: Sendable, Encodable {
    /// What came of it.
    public enum Outcome: String, Sendable, Encodable {
      /// It is met.
      case met
      /// It is not.
      case failed
      /// There was nothing to hold it against.
      case unchecked
    }

    /// What is demanded, in words.
    public let text: String
    /// What came of it.
    public let outcome: Outcome
    /// What it does not allow, in words; empty unless it failed.
    public let failures: [String]
  }

  /// The name and version of this form.
  public let schema = "sparsify/verify/1"
  /// The name of the original's file.
  public let original: String
  /// The name of the result's file.
  public let result: String
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
  /// The demands, those that always hold first.
  public internal(set) var demands: [Demand] = [] {
    didSet {
      failures = demands.flatMap(\.failures)
      isAccepted = failures.isEmpty
    }
  }
  /// What the demands do not allow, in words.
  public private(set) var failures: [String] = []
  /// True when all demands are met.
  public private(set) var isAccepted = true
  /// What is odd about the files.
  public internal(set) var warnings: [String] = []

  init(
    original: String, result: String, tensors: TensorAgreement, signature: SignatureComparison
  ) {
    (self.original, self.result) = (original, result)
    self.tensors = tensors
    self.signature = signature
  }
}
