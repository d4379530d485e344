public import ByteStorage

/// What can go wrong when a model is run.
public enum InferenceError: DiagnosticError, Equatable {
  /// The program that loads the runtime is not where it should be.
  case programMissing(looked: [String])
  /// ONNX Runtime is nowhere.
  case libraryMissing(named: String?)
  /// The library cannot be loaded, or is none.
  case libraryUnusable(String, reason: String)
  /// The library is too old.
  case libraryTooOld(String, version: String)
  /// The runtime refuses the model.
  case modelRefused(reason: String)
  /// The runtime gave up in the middle of a run.
  case runFailed(reason: String)
  /// The runtime crashed.
  case crashed(doing: String, signal: Int, words: String)
  /// The runtime ended by itself.
  case ended(doing: String, code: Int, words: String)
  /// The runtime took too long.
  case timedOut(doing: String, seconds: Double)
  /// The runtime took more memory than it may.
  case outOfMemory(doing: String, limit: Int)
  /// What came back is no answer.
  case badReply(reason: String)
  /// What is given does not fit an input.
  case badInput(String, expected: String, found: String)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .programMissing: "E-RUN-001"
    case .libraryMissing: "E-RUN-002"
    case .libraryUnusable: "E-RUN-003"
    case .libraryTooOld: "E-RUN-004"
    case .modelRefused: "E-RUN-005"
    case .runFailed: "E-RUN-006"
    case .crashed: "E-RUN-007"
    case .ended: "E-RUN-008"
    case .timedOut: "E-RUN-009"
    case .outOfMemory: "E-RUN-010"
    case .badReply: "E-RUN-011"
    case .badInput: "E-RUN-012"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .programMissing, .libraryMissing, .libraryUnusable, .libraryTooOld: .missingLibrary
    case .modelRefused, .runFailed, .crashed, .ended, .badInput: .malformedData
    case .timedOut, .outOfMemory: .overBudget
    case .badReply: .internalError
    }
  }

  /// The fact.
  public var description: String {
    switch self {
    case .programMissing: "the program sparsify-runtime, which runs models, is not there"
    case .libraryMissing(let name):
      name.map { "there is no ONNX Runtime at \(ByteString($0))" } ?? "there is no ONNX Runtime"
    case .libraryUnusable(let path, let reason):
      "\(ByteString(path)) cannot be used: \(ByteString(reason))"
    case .libraryTooOld(let path, let version):
      "\(ByteString(path)) is ONNX Runtime \(ByteString(version)), which is too old"
    case .modelRefused(let reason): "the runtime refuses the model: \(ByteString(reason))"
    case .runFailed(let reason): "the runtime failed to run the model: \(ByteString(reason))"
    case .crashed(let doing, let signal, let words):
      "the runtime crashed while it \(doing) (signal \(signal))" + Self.quoted(words)
    case .ended(let doing, let code, let words):
      "the runtime ended while it \(doing) (exit code \(code))" + Self.quoted(words)
    case .timedOut(let doing, let seconds):
      "the runtime took more than \(Int(clamping: seconds)) s while it \(doing)"
    case .outOfMemory(let doing, let limit):
      "the runtime wanted more than \(limit >> 20) MiB of memory while it \(doing)"
    case .badReply(let reason): "the runtime's answer makes no sense: \(reason)"
    case .badInput(let name, let expected, let found):
      "the input \"\(ByteString(name))\" takes \(expected), not \(found)"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .programMissing(let looked):
      "put it beside sparsify, or name it in SPARSIFY_RUNTIME; it was looked for at "
        + looked.map { ByteString($0).escaped }.joined(separator: ", ")
    case .libraryMissing, .libraryTooOld, .libraryUnusable:
      "run Tools/setup --with-runtime or pip install onnxruntime, "
        + "or name the library in SPARSIFY_ONNXRUNTIME"
    case .modelRefused, .runFailed:
      "look whether the model runs in ONNX Runtime without sparsify; --no-run leaves running out"
    case .crashed, .ended: "try another version of ONNX Runtime; --no-run leaves running out"
    case .timedOut: "allow more with --timeout, or take fewer samples"
    case .outOfMemory: "allow more with --max-memory, or take smaller batches"
    case .badReply: "install sparsify and sparsify-runtime of the same version"
    case .badInput: "give the array that shape and type, or say the shape with --shape"
    }
  }

  private static func quoted(_ words: String) -> String {
    words.isEmpty ? "" : ": \(ByteString(words))"
  }
}

extension Int {
  fileprivate init(clamping seconds: Double) {
    self = seconds.isFinite ? Int(Swift.max(0, Swift.min(seconds, 1e15)).rounded()) : 0
  }
}
