/// What each way to make a model smaller would come to.
///
/// The names of its JSON form are stable; new ones may be added.
public struct AdviceReport: Sendable, Codable {
  /// Which report this is, and its version.
  public var schema = "sparsify/advise/1"
  /// Bytes of all files of the model.
  public var fileBytes: Int
  /// How many operands of operators are weights.
  public var weights: Int
  /// What models were run on; nil when they were not run.
  public var runs: Runs?
  /// The error by which rows are compared and suggested.
  public var measure: Measure
  /// What was tried, in a fixed order.
  public var rows: [Row]
  /// The best row within the error that was allowed, and the best that loses nothing.
  public var suggestions: [Suggestion]
  /// What is odd about the model.
  public var warnings: [String]

  /// What the original and the results were run on.
  public struct Runs: Sendable, Codable {
    /// The version of ONNX Runtime.
    public var runtime: String
    /// How many samples there were.
    public var samples: Int
    /// The seed of the samples; nil when they came from a file.
    public var seed: UInt64?
  }

  /// Which of the errors of a row counts.
  public enum Measure: String, Sendable, Codable {
    /// The share of the weights' squares that is removed.
    case weightError
    /// The error of the outputs.
    case outputError
  }

  /// One thing that was tried.
  public struct Row: Sendable, Codable {
    /// What it removes.
    public var method: AdviceMethod
    /// What is done.
    public var name: String
    /// The command that does it, word by word.
    public var command: [String]
    /// Bytes of the container it makes.
    public var bytes: Int
    /// Bytes it saves, compared with the model's files; negative when there are more.
    public var savedBytes: Int
    /// The share of weights that are zero.
    public var sparsity: Double?
    /// The share of the sum of the weights' squares that is removed; nil when not looked at.
    public var weightError: Double?
    /// Multiply-accumulates that are left, as a share; nil when unknown.
    public var operationsLeft: Double?
    /// The largest relative error of an output: the norm of its difference over that of the original's,
    /// all samples as one vector; nil when not measured, or when outputs cannot be compared.
    public var outputError: Double?
    /// True when the figures come from a sample of the tensors.
    public var isEstimate: Bool
    /// True when no other row is smaller without losing more.
    public var isOptimal = false
  }

  /// A command to run.
  public struct Suggestion: Sendable, Codable {
    /// Why this one.
    public var reason: String
    /// The command, word by word.
    public var command: [String]
    /// Bytes of the container it makes.
    public var bytes: Int
  }
}

extension AdviceReport.Row {
  /// The error that counts; nil when it is not known.
  func error(_ measure: AdviceReport.Measure) -> Double? {
    switch measure {
    case .weightError: weightError
    case .outputError: outputError
    }
  }
}

extension [AdviceReport.Row] {
  /// The outputs' error where that of anything that loses something was measured.
  var measure: AdviceReport.Measure {
    contains { $0.method != .lossless && $0.outputError != nil } ? .outputError : .weightError
  }

  /// Marks the rows that no other dominates in size and error (Pareto); rows without an error are none.
  mutating func markOptimal(by measure: AdviceReport.Measure) {
    for index in indices {
      guard let error = self[index].error(measure) else { continue }
      self[index].isOptimal = !contains { other in
        guard let less = other.error(measure) else { return false }
        let isNoWorse = other.bytes <= self[index].bytes && less <= error
        return isNoWorse && (other.bytes < self[index].bytes || less < error)
      }
    }
  }

  /// The smallest row whose error is at most `limit`, the first of equal ones.
  func smallest(within limit: Double, by measure: AdviceReport.Measure) -> AdviceReport.Row? {
    filter { ($0.error(measure) ?? .infinity) <= limit }.min { $0.bytes < $1.bytes }
  }
}
