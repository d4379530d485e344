internal import ByteStorage

/// What is known of each task of a plan.
public struct BatchState: Sendable {
  /// The plan.
  public let plan: BatchPlan
  /// The last word on each task, in the order of the plan; nil where there is none yet.
  public private(set) var results: [BatchResult?]
  private let places: [ByteString: Int]

  /// Reads what all shards have written beside the plan.
  ///
  /// Where several have done the same task, one that has the output counts.
  ///
  /// - Throws: `BatchError.malformedLine` and `FileError`.
  public init(plan: BatchPlan) throws {
    self.init(unstarted: plan)
    let empty = self
    let start = AtomicFile.split(plan.sibling("results-")).name.dropLast(".jsonl".count)
    for entry in try Folder(path: plan.folder)?.entries() ?? []
    where entry.name.hasPrefix(start) && entry.name.hasSuffix(".jsonl") {
      var part = empty
      part.add(try ResultsFile(path: RelativeLocation.join(plan.folder, entry.name)))
      for index in results.indices where result(of: index)?.status != .done {
        results[index] = part.result(of: index) ?? results[index]
      }
    }
  }

  /// Knows nothing yet.
  init(unstarted plan: BatchPlan) {
    self.plan = plan
    results = Array(repeating: nil, count: plan.tasks.count)
    places = Dictionary(
      uniqueKeysWithValues: plan.tasks.enumerated().map { (ByteString($1.output), $0) })
  }

  /// Takes over what a file of results says.
  mutating func add(_ file: ResultsFile) {
    for result in file.results { add(result) }
  }

  /// Takes over a result: the last on each task counts.
  mutating func add(_ result: BatchResult) {
    if let index = places[ByteString(result.output)] { results[index] = result }
  }

  /// The result of a task of this plan, with the input and options it has now.
  public func result(of index: Int) -> BatchResult? {
    results[index].flatMap { $0.id == plan.tasks[index].id ? $0 : nil }
  }
}

extension BatchState {
  /// Writes what is known, in the order of the plan and without what depends on the course of things.
  ///
  /// - Parameters:
  ///   - path: the file to write.
  ///   - replaces: whether an existing file may be replaced.
  /// - Throws: `FileError` when the file exists or cannot be written.
  public func writeMerged(to path: String, replaces: Bool) throws {
    let file = try AtomicFile(path: path, replaces: replaces)
    try file.write(
      JSONLines.line(of: ResultsFile.Heading(plan: plan.digest, tool: plan.header.tool)))
    for index in results.indices {
      guard let result = result(of: index) else { continue }
      try file.write(JSONLines.line(of: result.lasting))
    }
    try file.commit()
  }
}
