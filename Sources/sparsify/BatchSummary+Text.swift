internal import ArgumentParser
internal import ByteStorage
internal import SparsifyKit

extension BatchSummary {
  /// One line: what is done, what failed, what is left.
  var line: String {
    var parts = ["\(done) of \(tasks) done"]
    if let cached, cached > 0 { parts.append("\(cached) of them before") }
    if failed > 0 { parts.append("\(failed) failed") }
    if crashed > 0 { parts.append("\(crashed) crashed") }
    if remaining > 0 { parts.append("\(remaining) to do") }
    if done > 0 { parts.append("\(ByteSize(inputBytes)) -> \(ByteSize(outputBytes))") }
    if remaining > 0, let secondsLeft {
      parts.append("\(secondsLeft.fixed(0)) s of work left")
    }
    return parts.joined(separator: ", ")
  }

  /// A line for each kind of failure.
  var failureTable: String {
    guard !failures.isEmpty else { return "" }
    var table = TextTable(["failure", "exit", "tasks", "such as"], numeric: [1, 2])
    for group in failures {
      // Most messages begin with the path.
      let isNamed = group.message.hasPrefix(group.example)
      let example = (isNamed ? "" : group.example + ": ") + group.message
      table.add([
        group.code, "\(group.exitCode)", "\(group.count)", ByteString(example).escaped,
      ])
    }
    return table.text
  }

  /// Ends the command with exit code 1 when a task failed.
  func exitIfFailed() throws {
    if hasFailures { throw ExitCode(1) }
  }
}
