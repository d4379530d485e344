internal import ByteStorage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Brings one task to its end: looks at its input, tries, tries again.
struct TaskAttempts: Sendable {
  /// A task and what earlier runs say about it.
  struct Job: Sendable {
    let task: BatchTask
    let earlier: BatchResult?

    init(_ task: BatchTask, earlier: BatchResult?) {
      (self.task, self.earlier) = (task, earlier)
    }
  }

  private let runner: BatchRunner
  private let folder: String

  init(runner: BatchRunner) {
    (self.runner, folder) = (runner, runner.plan.folder)
  }

  /// How a task ends.
  func outcome(of job: Job) -> BatchRunner.Outcome {
    if let refusal = refusal(of: job.task) {
      var result = BatchResult(job.task, status: .failed)
      result.failure = BatchFailure(refusal)
      return BatchRunner.Outcome(result: result)
    }
    if let earlier = job.earlier, earlier.status == .done,
      let digest = earlier.sha256, digest == self.digest(of: job.task)
    {
      return BatchRunner.Outcome(result: earlier, isKnown: true)
    }
    return attempts(job.task)
  }

  /// Why a task is not even tried.
  private func refusal(of task: BatchTask) -> (any DiagnosticError)? {
    if let budget = runner.memoryBudget, runner.need(of: task) > budget {
      return ConversionError.overBudget(needed: runner.need(of: task), allowed: budget)
    }
    let input = folder + "/" + task.input
    let facts = InputFacts(Conversion(input: input, output: ""))
    do {
      guard runner.plan.header.key(of: facts.digests) == task.id else {
        _ = try OpenFile(path: input)
        return BatchError.inputChanged(task.input)
      }
      try Folder.make(AtomicFile.split(folder + "/" + task.output).folder)
      return nil
    } catch {
      return error
    }
  }

  private func attempts(_ task: BatchTask) -> BatchRunner.Outcome {
    var failures: [FailureClass] = []
    while true {
      let start = Self.now()
      let attempt = runner.worker.attempt(task)
      var outcome = outcome(of: attempt, task)
      outcome.result.attempts = failures.count + 1
      outcome.result.seconds = ((Self.now() - start) * 1000).rounded() / 1000
      guard case .failed(_, let kind, _) = attempt else { return outcome }
      Self.removeLeftovers(of: [task], in: folder)
      failures.append(kind)
      guard let pause = runner.policy.pause(after: failures) else { return outcome }
      usleep(UInt32(pause * 1e6))
    }
  }

  private func outcome(of attempt: BatchWorker.Attempt, _ task: BatchTask) -> BatchRunner.Outcome {
    switch attempt {
    case .done(let report):
      var result = BatchResult(task, status: .done)
      result.outputBytes = report?.outputBytes
      result.warnings = report?.warnings.count
      result.sha256 = digest(of: task)
      return BatchRunner.Outcome(result: result)
    case .failed(let failure, let kind, let log):
      var result = BatchResult(task, status: kind == .crash ? .crashed : .failed)
      result.failure = failure
      return BatchRunner.Outcome(result: result, log: log)
    }
  }

  private func digest(of task: BatchTask) -> String? {
    try? HexDigest.sha256(of: OpenFile(path: folder + "/" + task.output))
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

extension TaskAttempts {
  /// Removes what killed workers left of the outputs of tasks; nobody may be at work on these.
  static func removeLeftovers(of tasks: [BatchTask], in base: String) {
    var names: [String: Set<String>] = [:]
    for task in tasks {
      let (folder, name) = AtomicFile.split(base + "/" + task.output)
      names[folder, default: []].insert(LeftoverFiles.stem(of: name))
      for file in task.dataFiles ?? [] {
        let (place, name) = AtomicFile.split(folder + "/" + file)
        names[place, default: []].insert(LeftoverFiles.stem(of: name))
      }
    }
    for (folder, names) in names {
      LeftoverFiles.remove(in: folder) { stem in
        names.contains(stem) || ShardName(stem).map { names.contains($0.first) } ?? false
      }
    }
  }
}
