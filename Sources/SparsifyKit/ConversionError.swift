public import ByteStorage

/// What can be wrong with what is asked for.
public enum ConversionError: DiagnosticError, Equatable {
  /// No format has the output's extension.
  case unknownFormat(path: String, known: [String])
  /// A file that was stored whole does not come back whole.
  case digestDiffers(ByteString)
  /// The work does not fit the memory the user allows.
  case overBudget(needed: Int, allowed: Int)
  /// Options that do not go together or are out of range.
  case badOption(String, hint: String)
  /// The model has no tensor of that name.
  case noTensor(String, near: [String])
  /// Even the smallest share that was tried loses more than allowed.
  case nothingQualifies(share: Double, drop: Double, allowed: Double)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .unknownFormat: "E-KIT-001"
    case .digestDiffers: "E-KIT-002"
    case .overBudget: "E-KIT-003"
    case .badOption: "E-KIT-004"
    case .noTensor: "E-KIT-005"
    case .nothingQualifies: "E-KIT-006"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .unknownFormat, .badOption, .noTensor: .usage
    case .digestDiffers: .malformedData
    case .overBudget: .overBudget
    case .nothingQualifies: .rejected
    }
  }

  /// The fact.
  public var description: String {
    switch self {
    case .unknownFormat(standardStreamPath, _):
      "standard output has no extension to tell the format"
    case .unknownFormat(let path, _): "\(ByteString(path)): no format has this name or extension"
    case .digestDiffers(let path):
      "the restored \(path.isEmpty ? "model" : "\"\(path)\"") differs from the file that was stored"
    case .overBudget(let needed, let allowed):
      "the work needs about \(ByteSize(needed)), but only \(ByteSize(allowed)) are allowed"
    case .badOption(let fact, _): fact
    case .noTensor(let name, _): "no tensor \"\(ByteString(name))\""
    case .nothingQualifies(let share, let drop, let allowed):
      "already a share of \(share.shortText) loses \(drop.shortText), more than \(allowed.shortText), "
        + "so nothing is written"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .unknownFormat(_, let known):
      "end the output's name in \(known.joined(separator: " or ")), or name the format with --to"
    case .digestDiffers: "copy the container again from where it came from"
    case .overBudget: "allow more with --max-memory, or use fewer --threads"
    case .badOption(_, let hint): hint
    case .noTensor(_, let near):
      near.isEmpty
        ? "the model has no tensors with names"
        : "there are \(near.joined(separator: ", ")); see inspect --json"
    case .nothingQualifies: "allow a larger --max-drop, or let --calibrate repair what is lost"
    }
  }
}

/// A failure and the file it is about.
public struct FileFailure: DiagnosticError {
  /// The path of the file.
  public let path: String
  /// What went wrong.
  public let cause: any DiagnosticError

  /// Runs `body` and adds the path to what it throws, unless the failure names a file itself.
  public static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let failure as any DiagnosticError where !(failure is FileError) {
      throw FileFailure(path: path, cause: failure)
    }
  }

  /// The stable code of the cause.
  public var code: String { cause.code }
  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { cause.kind }
  /// The path and the fact.
  public var description: String { "\(ByteString(path)): \(cause.description)" }
  /// What the user can do.
  public var recovery: String? { cause.recovery }
}
