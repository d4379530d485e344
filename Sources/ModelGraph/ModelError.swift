public import ByteStorage

/// What can be wrong with a model in memory.
public enum ModelError: DiagnosticError, Equatable {
  /// A tensor's contents have another size than the place they go to.
  case contentsDoNotFit(tensor: ByteString, found: Int, needed: Int)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .contentsDoNotFit: "E-MODEL-001"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .contentsDoNotFit: .malformedData
    }
  }

  /// The fact.
  public var description: String {
    switch self {
    case .contentsDoNotFit(let tensor, let found, let needed):
      "tensor \"\(tensor)\" has \(found) bytes where \(needed) are needed"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .contentsDoNotFit: "save the model again with the program that made it"
    }
  }
}
