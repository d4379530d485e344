import ByteStorage
import ChildProcesses
import TestSupport

@testable import SparsifyKit

/// A folder with models, a plan of them, and stand-ins that do the work.
struct BatchFixtures {
  let folder = TemporaryFolder()

  var planPath: String { folder.file("plan.jsonl") }

  /// Puts small models into `in/`, all different, none of them whole.
  func addModels(_ names: [String]) throws {
    try Folder.make(folder.file("in"))
    for name in names {
      let (inside, _) = AtomicFile.split("in/" + name)
      try Folder.make(folder.file(inside))
      folder.write(Array("model \(name)".utf8), to: "in/" + name)
    }
  }

  /// Writes the plan of what lies in `in/`.
  @discardableResult
  func plan(
    arguments: [String] = [], inputs: [String]? = nil, fileOptions: Set<String> = []
  ) throws -> BatchPlan {
    var planner = BatchPlanner(
      inputs: inputs ?? [folder.file("in")], outputFolder: folder.file("out"),
      planFolder: folder.path, conversion: Conversion(input: "", output: ""), arguments: arguments,
      tool: "1")
    planner.fileOptions = fileOptions
    let file = try AtomicFile(path: planPath, replaces: true)
    _ = try planner.write(to: file)
    try file.commit()
    return try BatchPlan(path: planPath)
  }

  /// A runner whose conversions are a script: `$1` is the input, `$2` the output.
  func runner(_ plan: BatchPlan, _ script: String) -> BatchRunner {
    let inside = "cd '\(folder.path)'; " + script
    let worker = BatchWorker { task in
      var program = ChildProgram(
        executable: "/bin/sh", arguments: ["-c", inside, "sh", task.input, task.output])
      program.hasOwnGroup = true
      return program
    }
    var runner = BatchRunner(plan: plan, worker: worker, tool: "1")
    runner.policy = RetryPolicy(retries: 3, pause: 0.01)
    return runner
  }

  /// The lines of the results of the whole plan, without the heading.
  func results() throws -> [BatchResult] {
    try ResultsFile(path: folder.file("plan.results-1-of-1.jsonl")).results
  }
}
