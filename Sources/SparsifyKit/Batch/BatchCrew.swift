internal import ByteStorage

/// Slots that each do one task at a time, never more together than the memory allows.
final class BatchCrew: Sendable {
  private struct State: Sendable {
    var packing: TaskPacking
    var outcomes: [BatchRunner.Outcome] = []

    mutating func takeOutcomes() -> [BatchRunner.Outcome]? {
      defer { outcomes = [] }
      return outcomes.isEmpty ? nil : outcomes
    }
  }

  private let jobs: [TaskAttempts.Job]
  private let attempts: TaskAttempts
  private let slots: Int
  private let state: Monitor<State>

  /// Gathers a crew for some jobs.
  init(
    jobs: [TaskAttempts.Job], attempts: TaskAttempts, slots: Int, needs: [Int], budget: Int
  ) {
    (self.jobs, self.attempts, self.slots) = (jobs, attempts, max(1, min(slots, jobs.count)))
    // What does not fit at all is looked at all the same, and refused.
    let packing = TaskPacking(needs: needs.map { $0 > budget ? 0 : $0 }, budget: budget)
    state = Monitor(State(packing: packing))
  }

  /// Does all jobs and hands over the outcomes in the calling thread, as they come.
  ///
  /// Throws what `take` throws, once the tasks that are being done have ended.
  func collect(_ take: ([BatchRunner.Outcome]) throws -> Void) throws {
    let threads = (0..<slots).map { _ in BackgroundTask(isInline: false) { self.work() } }
    defer {
      state.update { $0.packing.stop() }
      for thread in threads { try? thread.value() }
    }
    var count = 0
    while count < jobs.count {
      let outcomes = state.wait { $0.takeOutcomes() }
      count += outcomes.count
      try take(outcomes)
    }
  }

  /// What a slot does.
  private func work() {
    while let index = next() {
      let outcome = attempts.outcome(of: jobs[index])
      state.update { state in
        state.packing.finish(index)
        state.outcomes.append(outcome)
      }
    }
  }

  private func next() -> Int? {
    state.wait { state -> Int?? in
      switch state.packing.take() {
      case .start(let index): .some(index)
      case .wait: nil
      case .end: .some(nil)
      }
    }
  }
}
