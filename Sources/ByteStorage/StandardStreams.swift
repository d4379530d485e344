#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The path that stands for standard input or standard output; `./-` is a file of that name.
public let standardStreamPath = "-"

extension OpenFile {
  /// Opens what a user names as input: a regular file, or `-` for standard input.
  ///
  /// A redirected file is read where it is. Anything else, such as a pipe, is first copied to a
  /// temporary file without a name, in the folder that TMPDIR names, so memory stays bounded.
  ///
  /// - Throws: `FileError`, and `StandardStreamError` when standard input is a terminal or too long.
  public convenience init(input path: String) throws {
    if path == standardStreamPath {
      guard isatty(STDIN_FILENO) == 0 else { throw StandardStreamError.terminalInput }
      try self.init(
        descriptor: Self.isWholeFile(STDIN_FILENO)
          ? dup(STDIN_FILENO) : InputSpool.filled(from: STDIN_FILENO),
        path: "standard input", allowsHardLinks: true, hasFolder: false)
    } else {
      try self.init(path: path)
    }
  }

  /// True for a regular file of which nothing was read yet.
  private static func isWholeFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      && lseek(descriptor, 0, SEEK_CUR) == 0
  }
}

extension AtomicFile {
  /// Opens what a user names as output: a path, or `-` for standard output.
  ///
  /// - Parameters:
  ///   - path: where the file shall appear, or `-`.
  ///   - replaces: whether an existing file may be replaced, or a terminal be written to.
  ///   - inputs: files that must not be overwritten.
  /// - Throws: `FileError`, and `StandardStreamError.terminalOutput`.
  public convenience init(
    output path: String, replaces: Bool, inputs: [FileIdentity] = []
  ) throws {
    if path == standardStreamPath {
      guard replaces || isatty(STDOUT_FILENO) == 0 else { throw StandardStreamError.terminalOutput }
      guard !inputs.contains(where: { $0.isOpen(STDOUT_FILENO) }) else {
        throw FileError.sameFile("standard output")
      }
      try self.init(stream: dup(STDOUT_FILENO), path: "standard output")
    } else {
      try self.init(path: path, replaces: replaces, inputs: inputs)
    }
  }
}

extension FileIdentity {
  /// True when the descriptor is that file.
  fileprivate func isOpen(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && isSameFile(as: FileIdentity(status))
  }
}
