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
  /// What was tried, in a fixed order.
  public var rows: [Row]
  /// The best row within the error that was allowed, and the best that loses nothing.
  public var suggestions: [Suggestion]
  /// What is odd about the model.
  public var warnings: [String]

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
    /// The error of the model's outputs, when somebody measured it.
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

extension [AdviceReport.Row] {
  /// Marks the rows that no other dominates in size and error (Pareto); rows without an error are none.
  mutating func markOptimal() {
    for index in indices {
      guard let error = self[index].weightError else { continue }
      self[index].isOptimal = !contains { other in
        guard let less = other.weightError else { return false }
        let isNoWorse = other.bytes <= self[index].bytes && less <= error
        return isNoWorse && (other.bytes < self[index].bytes || less < error)
      }
    }
  }

  /// The smallest row whose error is at most `limit`, the first of equal ones.
  func smallest(within limit: Double) -> AdviceReport.Row? {
    filter { ($0.weightError ?? .infinity) <= limit }.min { $0.bytes < $1.bytes }
  }
}
