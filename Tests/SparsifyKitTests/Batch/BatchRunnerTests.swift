import ByteStorage
import ChildProcesses
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct BatchRunnerTests {
  private let fixtures = BatchFixtures()
  private var folder: TemporaryFolder { fixtures.folder }
  private let copying = #"cp "$1" "$2"; echo '{"outputBytes":5,"warnings":["w"]}'"#

  private func log(_ name: String = "log") throws -> [Substring] {
    String(decoding: try OpenFile(path: folder.file(name)).bytes(), as: UTF8.self)
      .split(separator: "\n")
  }

  @Test("Every task is done, recorded, and not done again", arguments: [1, 3])
  func complete(slots: Int) throws {
    try fixtures.addModels(["a.onnx", "b/c.onnx", "d.onnx", "e.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying + #"; echo "$1" >> log"#)
    runner.slots = slots
    var progress: [[Int]] = []
    let summary = try runner.run { progress.append([$0, $1]) }
    #expect((summary.done, summary.tasks, summary.cached) == (4, 4, 0))
    #expect(progress.last == [49, 49] || progress.last?[0] == progress.last?[1])
    #expect(try log().sorted() == ["in/a.onnx", "in/b/c.onnx", "in/d.onnx", "in/e.onnx"])
    #expect(try OpenFile(path: folder.file("out/b/c.spm")).bytes() == Array("model b/c.onnx".utf8))
    let results = try fixtures.results()
    #expect(results.allSatisfy { $0.outputBytes == 5 && $0.warnings == 1 && $0.attempts == 1 })
    runner.resumes = true
    let again = try runner.run()
    #expect((again.done, again.cached) == (4, 4))
    #expect(try log().count == 4)
    #expect(try fixtures.results() == results)
  }

  @Test("Earlier results and outputs of somebody else are refused, and replaced when asked")
  func inTheWay() throws {
    try fixtures.addModels(["a.onnx", "b.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying)
    try Folder.make(folder.file("out"))
    folder.write([9], to: "out/b.spm")
    #expect(throws: BatchError.outputsExist("out/b.spm", count: 1)) { try runner.run() }
    runner.resumes = true
    #expect(throws: BatchError.outputsExist("out/b.spm", count: 1)) { try runner.run() }
    #expect(try OpenFile(path: folder.file("out/b.spm")).bytes() == [9])
    (runner.resumes, runner.replaces) = (false, true)
    #expect(try runner.run().done == 2)
    runner.replaces = false
    #expect(throws: BatchError.resultsExist(folder.file("plan.results-1-of-1.jsonl"))) {
      try runner.run()
    }
    runner.replaces = true
    let summary = try runner.run()
    #expect((summary.done, summary.cached) == (2, 0))
  }

  @Test("The results are locked until the last worker has ended, whoever started it")
  func lock() throws {
    let path = folder.file("records")
    var file = try RecordFile(path: path, patience: 0)
    #expect(try RecordFile(path: path, patience: 0) == nil)
    var program = ChildProgram(executable: "/bin/sh", arguments: ["-c", "read x; exit 0"])
    program.input = .piped
    program.heldDescriptor = try #require(file).lock
    let child = try ChildProcess(program)
    file = nil
    #expect(try RecordFile(path: path, patience: 0) == nil)
    child.closeInput()
    #expect(child.wait() == .exited(0))
    #expect(try RecordFile(path: path, patience: 0) != nil)
  }

  @Test("A line that was torn is cut off and its task done again; an older broken one is told")
  func tornLine() throws {
    try fixtures.addModels(["a.onnx", "b.onnx", "c.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying + #"; echo "$1" >> log"#)
    _ = try runner.run()
    let path = folder.file("plan.results-1-of-1.jsonl")
    let whole = try OpenFile(path: path).bytes()
    runner.resumes = true
    for cut in [1, 20] {
      folder.write(Array(whole.dropLast(cut)), to: "plan.results-1-of-1.jsonl")
      let summary = try runner.run()
      #expect((summary.done, summary.cached) == (3, 2))
      let (results, bytes) = (try fixtures.results(), try OpenFile(path: path).bytes())
      #expect(results.count == 3 && bytes.last == UInt8(ascii: "\n"))
    }
    #expect(try log().count == 5)
    folder.write(Array("{\"id\":1}\n".utf8) + whole, to: "plan.results-1-of-1.jsonl")
    #expect(throws: BatchError.self) { try runner.run() }
  }

  @Test("An input that changed is noticed, before and after its task was done")
  func changed() throws {
    try fixtures.addModels(["a.onnx", "b.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying)
    folder.write([1], to: "in/b.onnx")
    let summary = try runner.run()
    #expect((summary.done, summary.failed) == (1, 1))
    #expect(summary.failures.map(\.code) == ["E-BATCH-009"])
    folder.write([1], to: "in/a.onnx")
    runner.resumes = true
    #expect(try runner.run().failures.map(\.count) == [2])
    #expect(try BatchState(plan: runner.plan).results.map(\.?.status) == [.failed, .failed])
    // Planned anew, both are converted, and what is there of the first is replaced.
    runner.plan = try fixtures.plan()
    let repaired = try runner.run()
    #expect((repaired.done, repaired.cached) == (2, 0))
    #expect(try OpenFile(path: folder.file("out/a.spm")).bytes() == [1])
  }

  @Test("An output that is gone or differs is made again")
  func damagedOutput() throws {
    try fixtures.addModels(["a.onnx", "b.onnx", "c.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying)
    _ = try runner.run()
    folder.write([1], to: "out/b.spm")
    folder.write([], to: "out/c.spm")
    runner.resumes = true
    let summary = try runner.run()
    #expect((summary.done, summary.cached) == (3, 1))
    #expect(try OpenFile(path: folder.file("out/b.spm")).bytes() == Array("model b.onnx".utf8))
  }

  @Test("A plan of another version is refused")
  func version() throws {
    try fixtures.addModels(["a.onnx"])
    var runner = fixtures.runner(try fixtures.plan(), copying)
    runner.tool = "2"
    #expect(throws: BatchError.self) { try runner.run() }
    #expect(folder.names() == ["in", "plan.jsonl"])
  }
}
