public import ByteStorage

/// What can be wrong with a container.
public enum SparseContainerError: DiagnosticError, Equatable {
  /// The file does not begin like a container.
  case notAContainer(String)
  /// The end of the file is missing.
  case truncated
  /// A part's checksum does not match.
  case damaged(String)
  /// The version is one this program does not know.
  case unsupportedVersion(String)
  /// The index uses a field this program does not know.
  case unknownField(message: String, field: Int)
  /// A rule of schemas/spm.md does not hold.
  case broken(String)
  /// The contents of a chunk do not decode.
  case badChunk(tensor: ByteString, chunk: Int, reason: String)
  /// The file holds tensors of another container, and no model.
  case shardAlone
  /// Nobody said where shards stand.
  case noFolder(ByteString)
  /// A shard cannot be used.
  indirect case shard(ByteString, SparseContainerError)
  /// Something is larger than a container may hold, or than its stored form makes likely.
  case tooLarge(String)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .notAContainer: "E-SPM-001"
    case .truncated: "E-SPM-002"
    case .damaged: "E-SPM-003"
    case .unsupportedVersion: "E-SPM-004"
    case .unknownField: "E-SPM-005"
    case .broken: "E-SPM-006"
    case .badChunk: "E-SPM-007"
    case .tooLarge: "E-SPM-009"
    case .shardAlone: "E-SPM-010"
    case .noFolder: "E-SPM-011"
    case .shard(_, let failure): failure.code
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .malformedData }

  /// The fact.
  public var description: String {
    switch self {
    case .notAContainer(let diagnosis): "not a .spm container: \(diagnosis)"
    case .truncated: "the end of the container is missing"
    case .damaged(let part): "the \(part) is damaged: its checksum does not match"
    case .unsupportedVersion(let version):
      "container version \(version), but this program reads \(Header.version)"
    case .unknownField(let message, let field):
      "field \(field) of the index's \(message) needs a newer version of sparsify"
    case .broken(let rule): "the container is broken: \(rule)"
    case .badChunk(let tensor, let chunk, let reason):
      "tensor \"\(tensor)\", chunk \(chunk): \(reason)"
    case .shardAlone: "the file is a shard: it holds tensors of a model and not the model"
    case .noFolder(let shard): "the shard \(shard) needs a folder to stand in"
    case .shard(let name, let failure): "the shard \"\(name)\": \(failure)"
    case .tooLarge(let what): "\(what) is over a limit of the container"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .notAContainer: "give a file that sparsify wrote; transfer it in binary mode"
    case .truncated: "copy the file again; the download or copy stopped early"
    case .damaged, .badChunk: "copy the file again from where it came from"
    case .unsupportedVersion, .unknownField: "update sparsify"
    case .broken: "make the container again from the model"
    case .tooLarge: "see sparsify limits"
    case .shardAlone: "give the container that names it: the one without .shard in its name"
    case .noFolder: "read and write it by its path"
    case .shard(_, let failure): failure.recovery
    }
  }

  /// Runs `body` and says of which shard its failure is.
  static func naming<Result>(_ shard: ShardRecord, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as SparseContainerError {
      throw SparseContainerError.shard(shard.name, error)
    }
  }
}
