internal import ByteStorage

/// Runs a plan, or a shard of it, on this machine.
///
/// All that matters is in files: a run that is killed at any moment goes on where it was.
public struct BatchRunner: Sendable {
  /// The plan.
  public var plan: BatchPlan
  /// What does the tasks.
  public var worker: BatchWorker
  /// The version of this program, which has to be that of the plan.
  public var tool: String
  /// The part of the plan that is run.
  public var shard = BatchShard.whole
  /// How many tasks are done at a time.
  public var slots = 1
  /// How many threads each may use.
  public var threads = 1
  /// How many bytes all together may need; nil for any number.
  public var memoryBudget: Int?
  /// What is tried again.
  public var policy = RetryPolicy()
  /// Whether to go on with an earlier run.
  public var resumes = false
  /// Whether outputs that are in the way, and without `resumes` earlier results, are replaced.
  public var replaces = false

  /// Describes a run of all tasks, one at a time.
  public init(plan: BatchPlan, worker: BatchWorker, tool: String) {
    (self.plan, self.worker, self.tool) = (plan, worker, tool)
  }

  /// How a task ended, as a slot tells it.
  struct Outcome: Sendable {
    var result: BatchResult
    /// True when it was recorded before and still holds.
    var isKnown = false
    /// What the worker said beside its report.
    var log = ""
  }

  /// Runs what is left to do.
  ///
  /// - Parameter progress: told now and then how many bytes of how many are through.
  /// - Returns: how every task of the shard ended.
  /// - Throws: `BatchError` when the plan or what it finds does not allow to run; `FileError` when
  ///   results cannot be recorded. That a task fails is no error.
  public func run(progress: ((Int, Int) -> Void)? = nil) throws -> BatchSummary {
    guard plan.header.tool == tool else {
      throw BatchError.otherVersion(path: plan.path, found: plan.header.tool, running: tool)
    }
    try plan.checkFiles()
    let journal = try BatchJournal(
      plan: plan, shard: shard, resumes: resumes, replaces: replaces)
    var state = BatchState(unstarted: plan)
    state.add(journal.earlier)
    try checkOutputs(state, hasBegun: journal.hasBegun)
    try journal.begin()
    var locked = self
    locked.worker.lock = journal.lock
    return try locked.finish(state, journal, progress)
  }

  private func finish(
    _ start: BatchState, _ journal: BatchJournal, _ progress: ((Int, Int) -> Void)?
  ) throws -> BatchSummary {
    var state = start
    let indices = shard.indices(of: plan.tasks.count).filter { !isOver(state.result(of: $0)) }
    let jobs = indices.map { TaskAttempts.Job(plan.tasks[$0], earlier: state.result(of: $0)) }
    TaskAttempts.removeLeftovers(of: jobs.map(\.task), in: plan.folder)
    let crew = BatchCrew(
      jobs: jobs, attempts: TaskAttempts(runner: self), slots: slots,
      needs: jobs.map { need(of: $0.task) }, budget: memoryBudget ?? .max)
    let total = jobs.reduce(0.0) { $0 + Double($1.task.bytes) }
    var (done, cached) = (0.0, 0)
    try crew.collect { outcomes in
      try journal.record(outcomes)
      for outcome in outcomes {
        state.add(outcome.result)
        cached += outcome.isKnown ? 1 : 0
        done += Double(outcome.result.inputBytes)
      }
      progress?(Int(min(done, 1e18)), Int(min(total, 1e18)))
    }
    var summary = BatchSummary(state, shard: shard, schema: "sparsify/batch-run/1")
    summary.cached = cached
    return summary
  }

  /// True for failures that would come again; what is done is looked at once more.
  private func isOver(_ result: BatchResult?) -> Bool {
    guard let result, let failure = result.failure else { return false }
    return result.status == .crashed
      || FailureClass(exitCode: failure.exitCode) == .permanent
  }

  /// What a task needs with its threads.
  func need(of task: BatchTask) -> Int {
    let more = (threads - 1) * Conversion.bytesPerThread
    let (sum, isTooLarge) = task.memory.addingReportingOverflow(more)
    return isTooLarge ? .max : sum
  }

  /// Refuses to write where something stands that no run of this plan has made.
  private func checkOutputs(_ state: BatchState, hasBegun: Bool) throws {
    guard !replaces, !hasBegun else { return }
    let taken = shard.indices(of: plan.tasks.count).filter { index in
      state.results[index] == nil
        && Folder.isTaken(plan.folder + "/" + plan.tasks[index].output)
    }
    guard let first = taken.first else { return }
    throw BatchError.outputsExist(plan.tasks[first].output, count: taken.count)
  }
}
