internal import ArgumentParser
internal import ByteStorage
internal import ChildProcesses
internal import SparsifyKit

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Runs a plan.
struct BatchRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Converts what a plan lists; exit code 1 when a task failed.",
    discussion: """
      Each conversion is a process of its own. Results stand beside the plan, a line each, and are on
      the disk before they count: after any end, --resume goes on without doing anything twice.

      Temporary failures (exit codes 69, 74, 75, a lost worker) are tried again, crashes once;
      inputs that crash twice are listed in PLAN.quarantine-K-of-N.jsonl with what was said.
      """)

  @Argument(help: "The plan.")
  var plan: String

  @Option(name: [.customShort("j"), .long], help: "How many conversions at a time.")
  var jobs = 1

  @Option(help: ArgumentHelp("Memory for all together, such as 8G.", valueName: "size"))
  var memory: ByteSize?

  @Flag(help: "Go on with an earlier run; what it has done is checked, not done again.")
  var resume = false

  @Option(help: ArgumentHelp("How often to try again after a temporary failure.", valueName: "n"))
  var retries = 3

  @Option(help: ArgumentHelp("Do part K of N of the plan.", valueName: "k/n"))
  var shard = BatchShard.whole

  @Option(help: ArgumentHelp("Seconds that an attempt may take.", valueName: "s"))
  var timeout: Double?

  @Flag(
    name: [.customShort("f"), .customLong("force")],
    help: "Replace outputs that are in the way, and without --resume earlier results.")
  var isForced = false

  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard (1...1024).contains(jobs) else {
      throw ValidationError("-j takes a number from 1 to 1024")
    }
    guard (0...1000).contains(retries) else {
      throw ValidationError("--retries takes a number from 0 to 1000")
    }
    guard timeout.map({ $0 > 0 && $0 <= 1e9 }) ?? true else {
      throw ValidationError("--timeout takes seconds, more than 0")
    }
  }

  func run() throws {
    let summary = try finish(try runner(of: openPlan()))
    if common.isJSON {
      OutputStream.data.line(try JSONText.encode(summary))
    } else {
      common.say(summary.line)
      if !common.isQuiet { OutputStream.talk.write(summary.failureTable) }
    }
    try summary.exitIfFailed()
  }

  /// Works where the plan lies, so that messages, which are kept, name files as the plan does.
  private func openPlan() throws -> BatchPlan {
    let (folder, name) = AtomicFile.split(plan)
    return try BatchPlan(path: chdir(folder) == 0 ? name : plan)
  }

  private func runner(of plan: BatchPlan) throws -> BatchRunner {
    guard let executable = ChildProgram.currentExecutable else {
      throw ChildProcessError.cannotStart("sparsify", reason: "its path is not known")
    }
    let threads = max(1, common.threads / jobs)
    var worker = BatchWorker(executable: executable, plan: plan, threads: threads)
    worker.timeout = timeout
    worker.memoryLimit = memory.map { BatchWorker.addressSpace(for: $0.bytes) }
    var runner = BatchRunner(plan: plan, worker: worker, tool: Version.current)
    runner.shard = shard
    runner.slots = jobs
    runner.threads = threads
    runner.memoryBudget = memory?.bytes
    runner.policy = RetryPolicy(retries: retries)
    runner.resumes = resume
    runner.replaces = isForced
    return runner
  }

  private func finish(_ runner: BatchRunner) throws -> BatchSummary {
    let bar = ProgressBar("converting", isWanted: !common.isQuiet && !common.isJSON)
    defer { bar.clear() }
    return try runner.run { bar.update($0, of: $1) }
  }
}
