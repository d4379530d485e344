/// What kind of failure this is; the command line turns it into an exit code (sysexits).
public enum FailureKind: Int32, Sendable, CaseIterable {
  /// Everything was looked at, and the answer is no.
  case rejected = 1
  /// The command was used wrongly.
  case usage = 64
  /// The input is malformed, truncated or over a limit.
  case malformedData = 65
  /// An input file is missing or not a file.
  case missingInput = 66
  /// A needed library is missing.
  case missingLibrary = 69
  /// A bug of this program.
  case internalError = 70
  /// The output cannot be created.
  case outputBlocked = 73
  /// Reading or writing failed.
  case inputOutput = 74
  /// The work does not fit the memory budget.
  case overBudget = 75
  /// The permission is missing.
  case noPermission = 77
  /// The recipe is wrong.
  case badRecipe = 78
}

/// A failure the user can do something about.
///
/// `description` states the fact in lower case without a full stop; names that come from a file are
/// escaped in it (`ByteString.escaped`).
public protocol DiagnosticError: Error, CustomStringConvertible, Sendable {
  /// A stable code such as `E-ONNX-014`, never reused for another rule.
  var code: String { get }
  /// The kind of failure, and so the exit code.
  var kind: FailureKind { get }
  /// What the user can do, in the imperative, or nil when nothing can be done.
  var recovery: String? { get }
}
