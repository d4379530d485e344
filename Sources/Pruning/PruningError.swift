public import ByteStorage

/// What is wrong with a request to prune.
public enum PruningError: DiagnosticError, Equatable {
  /// A sparsity outside of 0 to 1, or not a number.
  case sparsityOutOfRange(Double)
  /// A threshold that is negative or not a number.
  case thresholdOutOfRange(Double)
  /// A threshold with a criterion whose scores are no magnitudes.
  case thresholdWithoutMagnitude(criterion: String)
  /// A pattern N:M other than 1 <= N < M <= `GroupPattern.maximumGroup`.
  case groupOutOfRange(kept: Int, group: Int)
  /// A block without rows or columns, of one element, or too large.
  case blockOutOfRange(rows: Int, columns: Int)
  /// A criterion that does not exist.
  case unknownCriterion(String)
  /// A selector that cannot be read.
  case malformedSelector(String, position: Int, reason: String)
  /// Shares of some tensors beside a threshold or a pattern N:M.
  case sharesWithoutSparsity
  /// The scope `owl` without samples.
  case scopeWithoutSamples
}

extension PruningError {
  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .sparsityOutOfRange: "E-PRUNE-001"
    case .thresholdOutOfRange: "E-PRUNE-002"
    case .thresholdWithoutMagnitude: "E-PRUNE-003"
    case .groupOutOfRange: "E-PRUNE-004"
    case .blockOutOfRange: "E-PRUNE-005"
    case .unknownCriterion: "E-PRUNE-006"
    case .malformedSelector: "E-PRUNE-007"
    case .sharesWithoutSparsity: "E-PRUNE-008"
    case .scopeWithoutSamples: "E-PRUNE-009"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .usage }

  /// The fact.
  public var description: String {
    switch self {
    case .sparsityOutOfRange(let value):
      "sparsity \(value) is not between 0 and 1"
    case .thresholdOutOfRange(let value):
      "threshold \(value) is not a number of 0 or more"
    case .thresholdWithoutMagnitude(let criterion):
      "a threshold has no meaning for the criterion \(criterion)"
    case .groupOutOfRange(let kept, let group):
      "pattern \(kept):\(group) does not keep N of M weights with 1 <= N < M"
        + " <= \(GroupPattern.maximumGroup)"
    case .blockOutOfRange(let rows, let columns):
      "block \(rows)x\(columns) has not between 2 and \(BlockPattern.maximumSize) elements"
    case .unknownCriterion(let name):
      "no criterion is called \"\(ByteString(name).escaped)\""
    case .malformedSelector(let text, let position, let reason):
      "selector \"\(ByteString(text).escaped)\", character \(position + 1): \(reason)"
    case .sharesWithoutSparsity:
      "a threshold and a pattern N:M know no shares of single tensors"
    case .scopeWithoutSamples:
      "the scope owl goes by what layers read, and there are no samples"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .sparsityOutOfRange: "give a share such as 0.8 or 80%"
    case .thresholdOutOfRange: "give a magnitude such as 0.001"
    case .thresholdWithoutMagnitude: "use the criterion magnitude, or give a sparsity"
    case .groupOutOfRange: "give a pattern such as 2:4, which keeps 2 of every 4 weights"
    case .blockOutOfRange: "give a block such as 4x4; for single weights leave the block out"
    case .unknownCriterion: "use one of: " + SaliencyCriteria.names.joined(separator: ", ")
    case .sharesWithoutSparsity: "give a sparsity, or leave the shares out"
    case .scopeWithoutSamples: "give samples with --calibrate, or use the scope lamp"
    case .malformedSelector: "use a name with * ? [a-z], op:Conv, or size:>4k"
    }
  }
}
