internal import ByteStorage

/// A plan as it is read: its tasks, and the files beside it.
public struct BatchPlan: Sendable {
  /// The path of the plan.
  public let path: String
  /// What all tasks have in common.
  public let header: BatchHeader
  /// The tasks, in the order of the plan.
  public let tasks: [BatchTask]
  /// The SHA-256 of the plan, in hexadecimal.
  public let digest: String

  /// Reads a plan.
  ///
  /// - Throws: `BatchError.malformedLine` when a line is none of a plan or lines are missing;
  ///   `FileError` when there is no such file.
  public init(path: String) throws {
    let file = try OpenFile(path: path)
    let lines = JSONLines(path: path)
    var header: BatchHeader?
    var tasks: [BatchTask] = []
    var outputs: Set<ByteString> = []
    try lines.forEachLine(of: file) { line, number, _ in
      guard header != nil else {
        header = try Self.header(lines, line)
        return
      }
      let task = try lines.decode(BatchTask.self, from: line, number)
      if let reason = Self.defect(of: task) { throw lines.failure(number, reason) }
      guard outputs.insert(ByteString(task.output)).inserted else {
        throw lines.failure(number, "another line has the same output")
      }
      tasks.append(task)
    }
    guard let header, header.tasks == tasks.count else {
      throw lines.failure(tasks.count + 2, "the plan ends too early or goes on too long")
    }
    (self.path, self.header, self.tasks) = (path, header, tasks)
    digest = try HexDigest.sha256(of: file)
    try file.checkUnchanged()
  }

  private static func header(_ lines: JSONLines, _ line: ArraySlice<UInt8>) throws -> BatchHeader {
    let header = try lines.decode(BatchHeader.self, from: line, 1)
    guard header.schema == BatchHeader.schema else {
      throw lines.failure(1, "the schema is not \(BatchHeader.schema)")
    }
    return header
  }

  private static func defect(of task: BatchTask) -> String? {
    for path in [task.input, task.output] {
      guard let first = path.utf8.first, first != UInt8(ascii: "/"), !path.utf8.contains(0) else {
        return "a path is empty or absolute"
      }
    }
    for file in task.dataFiles ?? [] where (try? RelativePath(ByteString(file))) == nil {
      return "a data file leaves the folder of its model"
    }
    return task.bytes < 0 || task.memory < 0 ? "a size is negative" : nil
  }

  /// The folder that the plan's paths are relative to.
  public var folder: String { AtomicFile.split(path).folder }

  /// The path of a file beside the plan that is named after it: `plan.results.jsonl` of `plan.jsonl`.
  func sibling(_ suffix: String) -> String {
    let (folder, name) = AtomicFile.split(path)
    let stem = name.hasSuffix(".jsonl") ? String(name.dropLast(".jsonl".count)) : name
    return RelativeLocation.join(folder, stem + "." + suffix + ".jsonl")
  }

  /// Checks that files which options name are those that were planned with.
  ///
  /// - Throws: `BatchError.inputChanged`; `FileError` when one is missing.
  func checkFiles() throws {
    for (path, digest) in header.files.sorted(by: { $0.key < $1.key }) {
      let found = try HexDigest.sha256(of: OpenFile(path: folder + "/" + path))
      guard found == digest else { throw BatchError.inputChanged(path) }
    }
  }
}
