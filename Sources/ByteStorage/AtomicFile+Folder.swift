#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension AtomicFile {
  /// Opens an output inside a folder, making the folders in between.
  ///
  /// No symbolic link below `folder` is followed, so nothing outside of it is ever written.
  ///
  /// - Parameters:
  ///   - folder: an existing folder.
  ///   - relative: where in it the file shall appear.
  ///   - replaces: whether an existing file may be replaced.
  ///   - inputs: files that must not be overwritten.
  /// - Throws: `FileError` when the output exists, is an input, or cannot be created.
  public convenience init(
    folder: String, relative: RelativePath, replaces: Bool, inputs: [FileIdentity] = []
  ) throws(FileError) {
    let path = folder + "/" + relative.bytes.text
    var descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError.creating(folder, errno) }
    for part in relative.parts.dropLast() {
      let next = Self.enter(part.text, of: descriptor)
      let number = errno
      close(descriptor)
      guard next >= 0 else { throw FileError.creating(path, number) }
      descriptor = next
    }
    let name = relative.parts.last?.text ?? ""
    if let failure = Self.obstacle(name, in: descriptor, path, replaces, inputs) {
      close(descriptor)
      throw failure
    }
    try self.init(folder: descriptor, name: name, path: path, isStream: false)
  }

  private static func enter(_ name: String, of folder: Int32) -> Int32 {
    _ = mkdirat(folder, name, 0o777)
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  }

  /// Why nothing may be written there, if so.
  private static func obstacle(
    _ name: String, in folder: Int32, _ path: String, _ replaces: Bool, _ inputs: [FileIdentity]
  ) -> FileError? {
    var status = stat()
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
    let identity = FileIdentity(status)
    if inputs.contains(where: { $0.isSameFile(as: identity) }) { return .sameFile(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      return .cannotCreate(path, reason: "something that is no regular file stands there")
    }
    return replaces ? nil : .exists(path)
  }
}
