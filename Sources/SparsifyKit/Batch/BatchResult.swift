/// How a task ended: a line of results.
public struct BatchResult: Sendable, Hashable, Codable {
  /// How a task can end.
  public enum Status: String, Sendable, Codable {
    /// The output is there.
    case done
    /// There is no output, for a reason.
    case failed
    /// The conversion crashed, which is a bug; the input is in quarantine.
    case crashed
  }

  /// The key of the task.
  public var id: String
  /// The model that was read, relative to the plan's folder.
  public var input: String
  /// The file that was written, relative to the plan's folder.
  public var output: String
  /// How it ended.
  public var status: Status
  /// The bytes of all files that were read, as planned.
  public var inputBytes: Int
  /// The bytes of all files that were written.
  public var outputBytes: Int?
  /// The SHA-256 of the output in hexadecimal.
  public var sha256: String?
  /// How many warnings there were.
  public var warnings: Int?
  /// Why there is no output.
  public var failure: BatchFailure?
  /// How often it was tried; nil in merged results, which do not depend on the course of things.
  public var attempts: Int?
  /// How long the last attempt took; nil in merged results.
  public var seconds: Double?

  init(_ task: BatchTask, status: Status) {
    (id, input, output, inputBytes) = (task.id, task.input, task.output, task.bytes)
    self.status = status
  }

  /// What does not depend on the course of things.
  var lasting: BatchResult {
    var result = self
    (result.attempts, result.seconds) = (nil, nil)
    return result
  }
}

/// Why a conversion failed, as its own report says it.
public struct BatchFailure: Sendable, Hashable, Codable {
  /// The stable code.
  public var code: String
  /// The exit code.
  public var exitCode: Int
  /// The fact.
  public var message: String
  /// What the user can do.
  public var hint: String?
}
