public import ByteStorage

/// What can be wrong with a file of NumPy arrays.
public enum NumPyError: DiagnosticError, Equatable {
  /// The file is neither .npy nor .npz.
  case notArrays(String)
  /// The archive contradicts itself.
  case badArchive(reason: String)
  /// An array contradicts itself.
  case badArray(String, reason: String)
  /// An array holds what is never read: Python objects, texts, records.
  case unreadableType(String, type: String)
  /// There is no array of that name.
  case noArray(String, known: [String])

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .notArrays: "E-NPY-001"
    case .badArchive: "E-NPY-002"
    case .badArray: "E-NPY-003"
    case .unreadableType: "E-NPY-004"
    case .noArray: "E-NPY-005"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .malformedData }

  /// The fact.
  public var description: String {
    switch self {
    case .notArrays(let path): "\(ByteString(path)): neither .npy nor .npz"
    case .badArchive(let reason): "the .npz archive is broken: \(reason)"
    case .badArray(let name, let reason): "the array \"\(ByteString(name))\" is broken: \(reason)"
    case .unreadableType(let name, let type):
      "the array \"\(ByteString(name))\" has elements of the type \(ByteString(type))"
    case .noArray(let name, _): "there is no array \"\(ByteString(name))\""
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .notArrays: "write it with numpy.savez or numpy.save"
    case .badArchive, .badArray: "write it again with numpy.savez or numpy.save"
    case .unreadableType: "save numbers or truth values; objects, texts and records are not read"
    case .noArray(_, let known):
      known.isEmpty
        ? "the file has no arrays"
        : "there are \(known.prefix(10).map { ByteString($0).escaped }.joined(separator: ", "))"
    }
  }
}
