public import ByteStorage

/// What can be wrong with a coded chunk, or with a request to code one.
public enum SparseCodingError: DiagnosticError, Equatable {
  /// The chunk names an encoding this version does not know.
  case unknownEncoding(UInt8)
  /// A stream names a coder this version does not know.
  case unknownCoder(UInt8)
  /// The chunk ends inside of something.
  case truncated(offset: Int)
  /// Bytes are left after everything was read.
  case trailingBytes(offset: Int)
  /// A variable-length number is too long or padded.
  case badNumber(offset: Int)
  /// A parameter or a position of an encoding contradicts its rules.
  case badChunk(EncodingID, reason: String)
  /// A stream does not decode to exactly the bytes that belong there.
  case badStream(CoderID, reason: String)
  /// The values of a sparse chunk are coded by an encoding that may not stand there.
  case misplacedEncoding(EncodingID)
  /// The element width or the chunk's size is outside of what a chunk may be.
  case badLayout(String)
  /// A compression library could not get memory.
  case outOfMemory(CoderID)
}

extension SparseCodingError {
  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .unknownEncoding: "E-CODE-001"
    case .unknownCoder: "E-CODE-002"
    case .truncated: "E-CODE-003"
    case .trailingBytes: "E-CODE-004"
    case .badNumber: "E-CODE-005"
    case .badChunk: "E-CODE-006"
    case .badStream: "E-CODE-007"
    case .misplacedEncoding: "E-CODE-008"
    case .badLayout: "E-CODE-009"
    case .outOfMemory: "E-CODE-010"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .badLayout: .internalError
    case .outOfMemory: .overBudget
    default: .malformedData
    }
  }

  /// The fact, with offsets counted from the start of the chunk.
  public var description: String {
    switch self {
    case .unknownEncoding(let id): "encoding \(id): needs a newer sparsify"
    case .unknownCoder(let id): "coder \(id): needs a newer sparsify"
    case .truncated(let offset): "the chunk ends too early, at byte \(offset)"
    case .trailingBytes(let offset): "the chunk goes on after its end, at byte \(offset)"
    case .badNumber(let offset): "a number is too long or padded, at byte \(offset) of the chunk"
    case .badChunk(let id, let reason): "encoding \(id.rawValue): \(reason)"
    case .badStream(let id, let reason): "coder \(id.rawValue): \(reason)"
    case .misplacedEncoding(let id): "encoding \(id.rawValue) may not hold a sparse chunk's values"
    case .badLayout(let reason): reason
    case .outOfMemory(let id): "coder \(id.rawValue): no memory for its tables"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .unknownEncoding, .unknownCoder: "update sparsify to read this file"
    case .badLayout: nil
    case .outOfMemory: "run with fewer threads"
    default: "the file is damaged; make it again from its source"
    }
  }
}
