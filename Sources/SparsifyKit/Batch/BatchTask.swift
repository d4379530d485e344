/// One conversion of a batch: a line of its plan.
///
/// Paths are relative to the plan's folder, so that the whole can be moved.
public struct BatchTask: Sendable, Hashable, Codable {
  /// What the result depends on, as a SHA-256 in hexadecimal: see `BatchHeader.key(of:)`.
  public var id: String
  /// The model to read.
  public var input: String
  /// The file to write.
  public var output: String
  /// The bytes of all files that are read.
  public var bytes: Int
  /// What the conversion needs on one thread, estimated, in bytes.
  public var memory: Int
  /// Files that are written beside the output, relative to its folder; nil for none.
  public var dataFiles: [String]?
}

/// The first line of a plan: what all of its conversions have in common.
public struct BatchHeader: Sendable, Hashable, Codable {
  /// The only schema there is.
  public static let schema = "sparsify/batch-plan/1"

  /// Which plan this is, and its version.
  public var schema = BatchHeader.schema
  /// The version of the program that made the plan.
  public var tool: String
  /// The options of each conversion, one word each.
  public var arguments: [String]
  /// The files that arguments name, relative to the plan's folder, with their SHA-256.
  public var files: [String: String]
  /// How many lines follow.
  public var tasks: Int

  /// Options that change how a conversion is done, and not what it gives.
  private static let executionOptions: Set<String> = ["--threads", "--max-memory"]

  /// The key of a task: the same for the same input, options and program, wherever they lie.
  ///
  /// - Parameter digests: the SHA-256 of each file of the input, the model file first.
  /// - Returns: a SHA-256 in hexadecimal.
  func key(of digests: [String]) -> String {
    let parts = ["sparsify/batch-key/1", tool] + significantArguments + [""] + digests
    // No part can hold the separator: words of a command line have no NUL.
    return HexDigest.sha256(of: Array(parts.joined(separator: "\0").utf8))
  }

  /// The arguments that count; a file by its contents.
  private var significantArguments: [String] {
    var words: [String] = []
    var isValue = false
    for word in arguments {
      defer { isValue = Self.executionOptions.contains(word) }
      guard !isValue, !Self.executionOptions.contains(word) else { continue }
      words.append(files[word] ?? word)
    }
    return words
  }
}
