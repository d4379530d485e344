public import ByteStorage

/// What can go wrong when two models are compared by what they do.
public enum VerificationError: DiagnosticError, Equatable {
  /// There are not as many labels as samples, or they are no integers.
  case badLabels(String, found: String, samples: Int)
  /// An output is no answer to which class a sample belongs to.
  case notClasses(output: String, shape: String, samples: Int)
  /// The arrays do not have equally many samples, or none.
  case unequalSamples([String])
  /// The model takes batches of one size, and the samples do not fill them.
  case brokenBatch(samples: Int, batch: Int)
  /// The user's command failed.
  case metricFailed(command: String, ending: String)
  /// The user's command took too long.
  case metricTimedOut(command: String, seconds: Double)
  /// The user's command printed no number.
  case metricWithoutNumber(command: String)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .badLabels: "E-VER-001"
    case .notClasses: "E-VER-002"
    case .unequalSamples: "E-VER-003"
    case .brokenBatch: "E-VER-004"
    case .metricFailed: "E-VER-005"
    case .metricTimedOut: "E-VER-006"
    case .metricWithoutNumber: "E-VER-007"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    if case .metricTimedOut = self { return .overBudget }
    return .malformedData
  }

  /// The fact.
  public var description: String {
    switch self {
    case .badLabels(let name, let found, let samples):
      "the labels \"\(ByteString(name))\" are \(found), not an integer for each of \(samples) samples"
    case .notClasses(let output, let shape, let samples):
      "the output \"\(ByteString(output))\" is \(shape), not one score a class for \(samples) samples"
    case .unequalSamples(let counts):
      "the arrays have different numbers of samples, or none: "
        + counts.map { ByteString($0).escaped }.joined(separator: ", ")
    case .brokenBatch(let samples, let batch):
      "the model takes batches of \(batch), which \(samples) samples do not fill"
    case .metricFailed(let command, let ending): "the metric \"\(ByteString(command))\" \(ending)"
    case .metricTimedOut(let command, let seconds):
      "the metric \"\(ByteString(command))\" took more than \(seconds.fixed(0)) s"
    case .metricWithoutNumber(let command):
      "the metric \"\(ByteString(command))\" printed no number"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .badLabels: "give one integer for each sample, the number of its class"
    case .notClasses: "name the output that has the scores with --output"
    case .unequalSamples: "give arrays whose first axis is the samples, equally long"
    case .brokenBatch(_, let batch): "give a number of samples that is a multiple of \(batch)"
    case .metricFailed: "run the command by hand with the path of a model behind it"
    case .metricTimedOut: "allow more with --timeout"
    case .metricWithoutNumber: "let it print the metric last, to standard output"
    }
  }
}
