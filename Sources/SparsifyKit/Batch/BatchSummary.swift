internal import ByteStorage

/// How far a batch is.
public struct BatchSummary: Sendable, Codable {
  /// Failures of one kind.
  public struct FailureGroup: Sendable, Codable {
    /// The stable code.
    public var code: String
    /// The exit code of the conversions.
    public var exitCode: Int
    /// How many tasks failed like that.
    public var count: Int
    /// The input of the first of them.
    public var example: String
    /// What was said about it.
    public var message: String
  }

  /// Which report this is, and its version.
  public var schema: String
  /// How many tasks there are.
  public var tasks = 0
  /// How many outputs are there.
  public var done = 0
  /// How many of these were there before, and were not made again; nil when nothing was run.
  public var cached: Int?
  /// How many tasks failed for a reason.
  public var failed = 0
  /// How many tasks crashed.
  public var crashed = 0
  /// How many tasks have not ended.
  public var remaining = 0
  /// The bytes of the inputs whose outputs are there.
  public var inputBytes = 0
  /// The bytes of the outputs.
  public var outputBytes = 0
  /// The bytes of the inputs of tasks that have not ended.
  public var remainingBytes = 0
  /// Seconds of work that are left for one worker, going by what is done; nil when nothing is.
  public var secondsLeft: Double?
  /// The failures by code, the most frequent first.
  public var failures: [FailureGroup] = []

  /// True when an output is missing for a reason.
  public var hasFailures: Bool { failed + crashed > 0 }

  /// Counts the tasks of a shard.
  public init(_ state: BatchState, shard: BatchShard = .whole, schema: String) {
    self.schema = schema
    var groups: [String: FailureGroup] = [:]
    var seconds = 0.0
    for index in shard.indices(of: state.plan.tasks.count) {
      tasks += 1
      guard let result = state.result(of: index) else {
        remaining += 1
        remainingBytes.saturate(adding: state.plan.tasks[index].bytes)
        continue
      }
      seconds += result.status == .done ? result.seconds ?? 0 : 0
      add(result, to: &groups)
    }
    failures = groups.values.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
    if inputBytes > 0 { secondsLeft = seconds / Double(inputBytes) * Double(remainingBytes) }
  }

  private mutating func add(_ result: BatchResult, to groups: inout [String: FailureGroup]) {
    switch result.status {
    case .done:
      done += 1
      inputBytes.saturate(adding: result.inputBytes)
      outputBytes.saturate(adding: result.outputBytes ?? 0)
      return
    case .failed: failed += 1
    case .crashed: crashed += 1
    }
    guard let failure = result.failure else { return }
    let group = FailureGroup(
      code: failure.code, exitCode: failure.exitCode, count: 0, example: result.input,
      message: failure.message)
    groups[failure.code, default: group].count += 1
  }
}

extension Int {
  /// Adds a number from a file, which may be of any size.
  fileprivate mutating func saturate(adding other: Int) {
    let (sum, isTooLarge) = addingReportingOverflow(Swift.max(0, other))
    self = isTooLarge ? .max : sum
  }
}
