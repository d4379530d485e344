public import ByteStorage

/// What is wrong with a request to remove channels.
public enum ChannelSelectionError: DiagnosticError, Equatable {
  /// A share outside of 0 to 1, or not a number.
  case shareOutOfRange(option: String, Double)
  /// A count outside of 1 to `ChannelPruningRequest.maximumCount`.
  case countOutOfRange(option: String, Int)
  /// A criterion that does not exist.
  case unknownCriterion(String)
  /// A target that cannot be met by removing channels; both are shares of the original.
  case targetUnreachable(goal: String, target: Double, reachable: Double)
}

extension ChannelSelectionError {
  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .shareOutOfRange: "E-CHANNEL-001"
    case .countOutOfRange: "E-CHANNEL-002"
    case .unknownCriterion: "E-CHANNEL-003"
    case .targetUnreachable: "E-CHANNEL-004"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .usage }

  /// The fact.
  public var description: String {
    switch self {
    case .shareOutOfRange(let option, let value):
      "the \(option) \(value) is not between 0 and 1"
    case .countOutOfRange(let option, let value):
      "the \(option) \(value) is not between 1 and \(ChannelPruningRequest.maximumCount)"
    case .unknownCriterion(let name):
      "no channel criterion is called \"\(ByteString(name).escaped)\""
    case .targetUnreachable(let goal, let target, let reachable):
      "removing channels cannot bring the \(goal) to \(Self.percent(target)),"
        + " only to \(Self.percent(reachable))"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .shareOutOfRange: "give a share such as 0.5 or 50%"
    case .countOutOfRange: "give a number such as 8"
    case .unknownCriterion: "use one of: " + ChannelCriteria.names.joined(separator: ", ")
    case .targetUnreachable:
      "give a higher target, allow fewer channels to stay, or let more of the model be pruned"
    }
  }

  /// A share in tenths of a percent, rounded up, so that it can be given as a target.
  private static func percent(_ share: Double) -> String {
    let tenths = (share * 1000 - 1e-9).rounded(.up)
    return "\(tenths / 10)%"
  }
}
