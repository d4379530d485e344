internal import ByteStorage

/// The results of a shard while it is run: nothing that was recorded is lost or done again.
final class BatchJournal {
  private let results: RecordFile
  private let quarantinePath: String
  private let plan: BatchPlan
  /// What was recorded by earlier runs.
  let earlier: ResultsFile

  /// The workers of a run that was killed end within this time.
  private static let patience = 5.0

  /// An input that crashed the program, with what the program said.
  private struct Quarantined: Encodable {
    let id: String
    let input: String
    let failure: BatchFailure?
    let log: String
  }

  /// Opens the results of a shard and locks them.
  ///
  /// Throws `BatchError.atWork` when somebody else has; `.resultsExist` when there are results and
  /// they are neither to be continued nor replaced.
  init(plan: BatchPlan, shard: BatchShard, resumes: Bool, replaces: Bool) throws {
    let path = plan.sibling("results-\(shard)")
    guard let file = try RecordFile(path: path, patience: Self.patience) else {
      throw BatchError.atWork(path)
    }
    if !resumes, replaces { try file.cut(to: 0) }
    earlier = try ResultsFile(path: path)
    guard resumes || earlier.results.isEmpty && earlier.plans.isEmpty else {
      throw BatchError.resultsExist(path)
    }
    try file.cut(to: earlier.wholeBytes)
    results = file
    quarantinePath = plan.sibling("quarantine-\(shard)")
    self.plan = plan
  }

  /// What the workers hold, so that no other run begins before they have ended.
  var lock: Int32 { results.lock }

  /// True when this very plan was begun before.
  var hasBegun: Bool { earlier.plans.contains(plan.digest) }

  /// Notes that the plan is begun: from now on what stands at its outputs is of its own making.
  func begin() throws {
    guard !hasBegun else { return }
    try results.append(
      JSONLines.line(of: ResultsFile.Heading(plan: plan.digest, tool: plan.header.tool)))
  }

  /// Records how tasks ended; when this returns it is on the disk.
  func record(_ outcomes: [BatchRunner.Outcome]) throws {
    let crashed = outcomes.filter { $0.result.status == .crashed && !$0.isKnown }
    if !crashed.isEmpty, let file = try RecordFile(path: quarantinePath, patience: Self.patience) {
      try file.append(
        crashed.flatMap { outcome in
          try JSONLines.line(
            of: Quarantined(
              id: outcome.result.id, input: outcome.result.input,
              failure: outcome.result.failure, log: outcome.log))
        })
    }
    let new = outcomes.filter { !$0.isKnown }
    guard !new.isEmpty else { return }
    try results.append(new.flatMap { try JSONLines.line(of: $0.result) })
  }
}
