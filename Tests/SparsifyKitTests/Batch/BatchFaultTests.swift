import ByteStorage
import ChildProcesses
import TestSupport
import Testing

@testable import SparsifyKit

/// Workers that fail in every way there is.
@Suite struct BatchFaultTests {
  private let fixtures = BatchFixtures()
  private var folder: TemporaryFolder { fixtures.folder }

  /// Runs a batch of one task with a script; its result and the summary.
  private func run(
    _ script: String, _ change: (inout BatchRunner) -> Void = { _ in }
  ) throws -> (result: BatchResult, summary: BatchSummary) {
    try fixtures.addModels(["a.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), script)
    change(&runner)
    let summary = try runner.run()
    return (try #require(try fixtures.results().last), summary)
  }

  @Test("74 twice, then 0: done at the third attempt")
  func passingTrouble() throws {
    let script = #"echo x >> n; [ $(wc -l < n) -gt 2 ] || exit 74; cp "$1" "$2"; echo '{}'"#
    let (result, summary) = try run(script)
    #expect((result.status, result.attempts, summary.done) == (.done, 3, 1))
  }

  @Test("Temporary trouble that stays is recorded, and tried again when the batch goes on")
  func lastingTrouble() throws {
    let (result, _) = try run("echo x >> n; echo 'disk on fire' >&2; exit 74") {
      $0.policy.retries = 1
    }
    #expect((result.status, result.attempts, result.failure?.exitCode) == (.failed, 2, 74))
    #expect(result.failure?.message.hasSuffix("disk on fire") == true)
    var runner = fixtures.runner(try BatchPlan(path: fixtures.planPath), #"cp "$1" "$2""#)
    runner.resumes = true
    #expect(try runner.run().done == 1)
  }

  @Test("What the worker reports is the failure, and 65 is final")
  func permanent() throws {
    let script =
      #"echo '{"error":{"code":"E-X-1","exitCode":65,"message":"m","hint":"h"}}'; exit 65"#
    let (result, summary) = try run(script)
    let expected = BatchFailure(code: "E-X-1", exitCode: 65, message: "m", hint: "h")
    #expect((result.failure, result.attempts, summary.failed) == (expected, 1, 1))
    var runner = fixtures.runner(try BatchPlan(path: fixtures.planPath), "exit 0")
    runner.resumes = true
    #expect(try runner.run().failed == 1)
    #expect(try fixtures.results().count == 1)
  }

  @Test(
    "Crashes get a second chance, then the input is in quarantine with what was said",
    arguments: [("kill -SEGV $$", 139), ("exit 70", 70), ("exit 3", 3)])
  func crash(end: String, code: Int) throws {
    let (result, summary) = try run("echo x >> n; echo 'last words' >&2; \(end)")
    #expect((result.status, result.attempts) == (.crashed, 2))
    #expect((summary.crashed, result.failure?.exitCode) == (1, code))
    let file = try OpenFile(path: folder.file("plan.quarantine-1-of-1.jsonl"))
    let lines = String(decoding: try file.bytes(), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains("in/a.onnx") && lines[0].contains("last words"))
    #expect(try OpenFile(path: folder.file("n")).bytes().count == 4)
  }

  @Test("A crash that does not come again is forgotten")
  func singleCrash() throws {
    let (result, _) = try run(#"[ -e n ] || { touch n; kill -ABRT $$; }; cp "$1" "$2""#)
    #expect((result.status, result.attempts) == (.done, 2))
  }

  @Test("A worker that was killed is no crash: its task is done again, its leftover goes")
  func killed() throws {
    let script = #"""
      [ -e n ] || { touch n "${2%/*}/.a.spm.0abc.tmp" "${2%/*}/.b.spm.0abc.tmp"; kill -9 $$; }
      cp "$1" "$2"
      """#
    let (result, _) = try run(script)
    #expect((result.status, result.attempts) == (.done, 2))
    let left = try Folder(path: folder.file("out"))?.entries().map(\.name)
    #expect(left == [".b.spm.0abc.tmp", "a.spm"], "what belongs to no output of the plan stays")
  }

  @Test("A worker that sleeps for ever is ended at the deadline")
  func hang() throws {
    let (result, _) = try run("sleep 1000 & sleep 1000") {
      $0.worker.timeout = 0.1
      $0.policy.retries = 1
    }
    #expect((result.status, result.attempts) == (.failed, 2))
    #expect(result.failure?.code == "E-BATCH-010")
  }

  #if os(Linux)
    @Test("A worker that takes more memory than it may fails alone")
    func memory() throws {
      let (result, _) = try run("x=$(head -c 300000000 /dev/zero | tr '\\0' x) || exit 75") {
        $0.worker.memoryLimit = 100 << 20
        $0.policy.retries = 0
      }
      #expect(result.status != .done)
    }
  #endif

  @Test("A task that needs more than the whole budget is not tried")
  func budget() throws {
    let (result, summary) = try run("touch tried") { $0.memoryBudget = 1 << 20 }
    #expect((result.failure?.code, result.failure?.exitCode) == ("E-KIT-003", 75))
    #expect(summary.failed == 1 && !Folder.isTaken(folder.file("tried")))
  }

  @Test("A program that is not there is a failure of each task, not of the batch")
  func noProgram() throws {
    let (result, _) = try run("") {
      $0.worker.program = { _ in ChildProgram(executable: "/no/such/program") }
      $0.policy.retries = 0
    }
    #expect((result.status, result.failure?.code) == (.failed, "E-PROC-001"))
  }

  @Test("Names of leftovers are told from all others")
  func leftoverNames() throws {
    let spread = BatchTask(
      id: "", input: "i", output: "out/m.spm", bytes: 0, memory: 0, dataFiles: ["d/w.bin"])
    try Folder.make(folder.file("out/d"))
    let kept = [
      ".m.spm.tmp", "m.spm.1.tmp", ".m.spm.1.tm", ".m.spm.A.tmp", ".n.spm.1.tmp", ".spm.1.tmp",
      ".m.spm.12345678901234.tmp", ".m.spm..tmp", "m.spm",
    ]
    for name in kept + [".m.spm.0z9.tmp", ".m.shard12.spm.1.tmp", "d/.w.bin.7.tmp"] {
      folder.write([], to: "out/" + name)
    }
    TaskAttempts.removeLeftovers(of: [spread], in: folder.path)
    let left = try Folder(path: folder.file("out"))?.entries().map(\.name) ?? []
    #expect(Set(left) == Set(kept + ["d"]))
    #expect(try Folder(path: folder.file("out/d"))?.entries().isEmpty == true)
  }
}
