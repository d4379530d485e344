/// What can be wrong with a standard stream that stands for a file.
public enum StandardStreamError: DiagnosticError, Equatable {
  /// Standard input is a terminal: nobody types a model.
  case terminalInput
  /// Standard output is a terminal: a model is no text.
  case terminalOutput
  /// More bytes came than are kept.
  case tooLong(limit: Int)
  /// The output consists of several files.
  case severalFiles

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .terminalInput: "E-STD-001"
    case .terminalOutput: "E-STD-002"
    case .tooLong: "E-STD-003"
    case .severalFiles: "E-STD-004"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .terminalInput, .severalFiles: .usage
    case .terminalOutput: .outputBlocked
    case .tooLong: .malformedData
    }
  }

  /// The fact.
  public var description: String {
    switch self {
    case .terminalInput: "standard input is a terminal"
    case .terminalOutput: "standard output is a terminal, and the output is no text"
    case .tooLong(let limit): "standard input has more than \(limit) bytes"
    case .severalFiles: "the output has several files, and standard output takes one"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .terminalInput: "redirect a model to it, or name a file"
    case .terminalOutput: "redirect it, name a file, or pass -f"
    case .tooLong, .severalFiles: "name a file"
    }
  }
}
