public import ByteStorage

/// What can go wrong between this process and another.
public enum ChildProcessError: DiagnosticError, Equatable {
  /// The program cannot be started.
  case cannotStart(String, reason: String)
  /// The program closed its end, or ended.
  case hungUp(String)
  /// The program did nothing for too long.
  case timedOut(String)

  /// The stable code.
  public var code: String {
    switch self {
    case .cannotStart: "E-PROC-001"
    case .hungUp: "E-PROC-002"
    case .timedOut: "E-PROC-003"
    }
  }

  /// The kind of failure.
  public var kind: FailureKind {
    if case .cannotStart = self { return .missingLibrary }
    return .inputOutput
  }

  /// What went wrong with which program.
  public var description: String {
    switch self {
    case .cannotStart(let program, let reason):
      "\(ByteString(program)) cannot be started: \(reason)"
    case .hungUp(let program): "\(ByteString(program)) ended in the middle of its work"
    case .timedOut(let program): "\(ByteString(program)) took too long to answer"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .cannotStart: "check that it is installed and executable"
    case .hungUp, .timedOut: "try again"
    }
  }
}
