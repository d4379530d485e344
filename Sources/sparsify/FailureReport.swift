internal import ByteStorage
internal import SparsifyKit

/// A command line that makes no sense, in the words of the argument parser.
struct WrongUse: DiagnosticError {
  let message: String

  var code: String { "E-USE-001" }
  var kind: FailureKind { .usage }
  var description: String { ByteString(message).escaped }
  var recovery: String? { "see sparsify --help" }
}

/// A failure as the user sees it: what, where and why in one line, then what to do.
struct FailureReport {
  private let failure: any DiagnosticError

  init(_ failure: any DiagnosticError) {
    self.failure = failure
  }

  /// Prints to standard error, or with `asJSON` as one object to standard output.
  func print(asJSON: Bool) {
    if asJSON {
      let body = Body(
        error: Body.Details(
          code: failure.code, exitCode: Int(failure.kind.rawValue), message: failure.description,
          hint: failure.recovery))
      if let text = try? JSONText.encode(body) { OutputStream.data.line(text) }
      return
    }
    let program = OutputStream.talk.coloured("sparsify:", .red)
    OutputStream.talk.line("\(program) \(failure.description) [\(failure.code)]")
    if let recovery = failure.recovery { OutputStream.talk.line("  hint: \(recovery)") }
  }

  private struct Body: Encodable {
    struct Details: Encodable {
      let code: String
      let exitCode: Int
      let message: String
      let hint: String?
    }

    var schema = "sparsify/error/1"
    let error: Details
  }
}
