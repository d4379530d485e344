#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What can go wrong with a file.
public enum FileError: DiagnosticError, Equatable {
  /// There is no such file.
  case missing(String)
  /// It is a folder, a device, a pipe or a socket.
  case notAFile(String)
  /// The user may not read or write it.
  case denied(String)
  /// Reading failed.
  case readFailed(String, reason: String)
  /// Writing failed.
  case writeFailed(String, reason: String)
  /// The file changed while it was read.
  case changed(String)
  /// The file has a second name somewhere else.
  case hardLink(String)
  /// A link stands where a plain file is asked for.
  case symbolicLink(String)
  /// A relative path that leaves its folder, or is none.
  case escapingPath(String)
  /// The output exists.
  case exists(String)
  /// The output is one of the inputs.
  case sameFile(String)
  /// The output cannot be created.
  case cannotCreate(String, reason: String)

  /// The failure that opening a file for reading met.
  static func opening(_ path: String, _ number: Int32) -> FileError {
    switch number {
    case ENOENT, ENOTDIR, ENAMETOOLONG: .missing(path)
    case EACCES, EPERM: .denied(path)
    case ELOOP: .symbolicLink(path)
    case EISDIR, ENXIO: .notAFile(path)
    default: .readFailed(path, reason: reason(number))
    }
  }

  /// The failure that reading met.
  static func reading(_ path: String, _ number: Int32) -> FileError {
    number == EISDIR ? .notAFile(path) : .readFailed(path, reason: reason(number))
  }

  /// The failure that creating a file met.
  static func creating(_ path: String, _ number: Int32) -> FileError {
    switch number {
    case EACCES, EPERM: .denied(path)
    default: .cannotCreate(path, reason: reason(number))
    }
  }

  /// The failure that writing met.
  static func writing(_ path: String, _ number: Int32) -> FileError {
    .writeFailed(path, reason: reason(number))
  }

  /// The system's words for an error number.
  static func reason(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
    return buffer.withUnsafeBufferPointer { text in
      text.baseAddress.map { String(cString: $0) } ?? ""
    }
  }
}

extension FileError {
  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .missing: "E-FILE-001"
    case .notAFile: "E-FILE-002"
    case .denied: "E-FILE-003"
    case .readFailed: "E-FILE-004"
    case .writeFailed: "E-FILE-005"
    case .changed: "E-FILE-006"
    case .hardLink: "E-FILE-007"
    case .symbolicLink: "E-FILE-008"
    case .escapingPath: "E-FILE-009"
    case .exists: "E-FILE-010"
    case .sameFile: "E-FILE-011"
    case .cannotCreate: "E-FILE-012"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch self {
    case .missing, .notAFile: .missingInput
    case .denied: .noPermission
    case .readFailed, .writeFailed, .changed: .inputOutput
    case .hardLink, .symbolicLink, .escapingPath: .malformedData
    case .exists, .sameFile, .cannotCreate: .outputBlocked
    }
  }

  /// The fact, with the path escaped.
  public var description: String {
    switch self {
    case .missing(let path): "\(shown(path)): no such file"
    case .notAFile(let path): "\(shown(path)): not a regular file"
    case .denied(let path): "\(shown(path)): permission denied"
    case .readFailed(let path, let reason): "\(shown(path)): cannot read: \(reason)"
    case .writeFailed(let path, let reason): "\(shown(path)): cannot write: \(reason)"
    case .changed(let path): "\(shown(path)): the file changed while it was read"
    case .hardLink(let path): "\(shown(path)): external data has a second hard link"
    case .symbolicLink(let path): "\(shown(path)): a symbolic link where a plain file is needed"
    case .escapingPath(let path): "\"\(shown(path))\": external data outside of the model's folder"
    case .exists(let path): "\(shown(path)): the output exists"
    case .sameFile(let path): "\(shown(path)): the output is the same file as an input"
    case .cannotCreate(let path, let reason): "\(shown(path)): cannot create: \(reason)"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .missing: "check the path"
    case .notAFile: "name a regular file"
    case .denied: "check the permissions of the file and its folder"
    case .readFailed, .writeFailed: "check the disk and its free space"
    case .changed: "run again when no other program writes to the file"
    case .hardLink: "copy the data file so that it has one name only"
    case .symbolicLink: "replace the link by the file it points to"
    case .escapingPath: "move the data file into the model's folder and save the model again"
    case .exists: "pass -f to replace it"
    case .sameFile: "choose another output path"
    case .cannotCreate: "check that the folder exists and can be written to"
    }
  }

  private func shown(_ path: String) -> String { ByteString(path).escaped }
}
