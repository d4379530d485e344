public import ByteStorage

/// What can go wrong with many conversions.
public enum BatchError: DiagnosticError, Equatable {
  /// A line of a plan or of results says nothing that is understood.
  case malformedLine(path: String, line: Int, reason: String)
  /// No model lies where one was looked for.
  case noModels(String)
  /// Two inputs would be written to one place.
  case sameOutput(String, first: String, second: String)
  /// A name cannot be written down in a plan.
  case unwritableName(String)
  /// The plan was made by another version of this program.
  case otherVersion(path: String, found: String, running: String)
  /// Results of an earlier run are there.
  case resultsExist(String)
  /// Outputs are there that no run of this plan has made.
  case outputsExist(String, count: Int)
  /// Another run works on the same plan.
  case atWork(String)
  /// The input is not the one that was planned.
  case inputChanged(String)
  /// The worker did not end in time.
  case timedOut(seconds: Double)
  /// The worker ended with an exit code and no word that is understood.
  case unexplained(exitCode: Int, lastWords: String)
  /// The worker was ended by a signal.
  case signalled(Int)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .malformedLine: "E-BATCH-001"
    case .noModels: "E-BATCH-002"
    case .sameOutput: "E-BATCH-003"
    case .unwritableName: "E-BATCH-004"
    case .otherVersion: "E-BATCH-005"
    case .resultsExist: "E-BATCH-006"
    case .outputsExist: "E-BATCH-007"
    case .atWork: "E-BATCH-008"
    case .inputChanged: "E-BATCH-009"
    case .timedOut: "E-BATCH-010"
    case .unexplained: "E-BATCH-011"
    case .signalled: "E-BATCH-012"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .malformedLine, .unwritableName, .otherVersion, .inputChanged: .malformedData
    case .noModels: .missingInput
    case .sameOutput: .usage
    case .resultsExist, .outputsExist, .atWork: .outputBlocked
    case .timedOut: .inputOutput
    case .unexplained, .signalled: .internalError
    }
  }

  /// The fact.
  public var description: String {
    switch self {
    case .malformedLine(let path, let line, let reason): "\(shown(path)), line \(line): \(reason)"
    case .noModels(let path): "\(shown(path)): no .onnx or .spm file is there"
    case .sameOutput(let output, let first, let second):
      "\(shown(output)) would be made of both \(shown(first)) and \(shown(second))"
    case .unwritableName(let path): "\(shown(path)): the name is not UTF-8"
    case .otherVersion(let path, let found, let running):
      "\(shown(path)): planned by version \(shown(found)), but this is \(running)"
    case .resultsExist(let path): "\(shown(path)): results of an earlier run are there"
    case .outputsExist(let path, let count):
      count == 1
        ? "\(shown(path)): the output exists" : "\(shown(path)) and \(count - 1) more exist"
    case .atWork(let path): "\(shown(path)): another run works on this plan"
    case .inputChanged(let path): "\(shown(path)): the input is not the one that was planned"
    case .timedOut(let seconds): "the conversion took longer than \(seconds.fixed(1)) s"
    case .unexplained(let exitCode, let lastWords):
      "the conversion ended with exit code \(exitCode)"
        + (lastWords.isEmpty ? "" : ": \(shown(lastWords))")
    case .signalled(let number): "the conversion was ended by signal \(number)"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .malformedLine: "make the plan again with: sparsify batch plan"
    case .noModels: "name model files, folders that hold them, or a pattern in quotes"
    case .sameOutput: "plan the folder that holds both, or give each an --out-dir of its own"
    case .unwritableName: "rename the file"
    case .otherVersion, .inputChanged: "make the plan again, then run it with --resume"
    case .resultsExist: "go on with --resume, or start anew with -f"
    case .outputsExist: "choose another --out-dir, or replace them with -f"
    case .atWork: "wait for the other run, or end it"
    case .timedOut: "allow more with --timeout, or --resume to try again"
    case .unexplained, .signalled: "see the log in the quarantine file beside the plan"
    }
  }

  private func shown(_ text: String) -> String { ByteString(text).escaped }
}
