internal import ByteStorage

/// The results of one shard as they were written, a line a task that ended.
struct ResultsFile {
  /// The line that begins a run: which plan its results are of.
  struct Heading: Codable {
    static let schema = "sparsify/batch-results/1"

    /// Which file this is, and its version; what tells this line from the others.
    var schema = Heading.schema
    /// The SHA-256 of the plan.
    var plan: String
    /// The version of the program.
    var tool: String
  }

  /// What a line may be.
  private enum Line: Decodable {
    case heading(Heading)
    case result(BatchResult)

    private enum Mark: CodingKey {
      case schema
    }

    init(from decoder: any Decoder) throws {
      let hasSchema = try decoder.container(keyedBy: Mark.self).contains(.schema)
      self =
        hasSchema ? .heading(try Heading(from: decoder)) : .result(try BatchResult(from: decoder))
    }
  }

  /// The plans that were run.
  private(set) var plans: Set<String> = []
  /// The results, in the order they came.
  private(set) var results: [BatchResult] = []
  /// How many bytes have whole lines: what follows was being written when the machine or the program
  /// stopped.
  private(set) var wholeBytes = 0

  /// Reads a file.
  ///
  /// Throws `BatchError.malformedLine` for a line that was written by something else.
  init(path: String) throws {
    let lines = JSONLines(path: path)
    try lines.forEachLine(of: OpenFile(path: path)) { line, number, isWhole in
      guard isWhole else { return }
      switch try lines.decode(Line.self, from: line, number) {
      case .heading(let heading):
        guard heading.schema == Heading.schema else {
          throw lines.failure(number, "the schema is not \(Heading.schema)")
        }
        plans.insert(heading.plan)
      case .result(let result): results.append(result)
      }
      wholeBytes += line.count + 1
    }
  }
}
