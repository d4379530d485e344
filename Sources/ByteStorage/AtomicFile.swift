#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// An output file that appears whole or not at all.
///
/// Bytes go to a sibling temporary file; `commit` flushes it to the disk and renames it. Unless it is
/// committed, nothing is left and an older file of that name stays as it was. Devices and pipes are
/// written to directly.
public final class AtomicFile: ByteSink {
  /// The path of the output, for messages.
  public let path: String
  /// How many bytes were written so far.
  public private(set) var byteCount = 0

  private let folder: Int32
  private let name: String
  private let descriptor: Int32
  private let temporary: TemporaryName?
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferSize = 1 << 18

  /// Opens an output at a path.
  ///
  /// - Parameters:
  ///   - path: where the file shall appear; a symbolic link to a regular file is followed.
  ///   - replaces: whether an existing file may be replaced.
  ///   - inputs: files that must not be overwritten.
  /// - Throws: `FileError` when the output exists, is an input, or cannot be created.
  public convenience init(
    path: String, replaces: Bool, inputs: [FileIdentity] = []
  ) throws(FileError) {
    let target = try OutputTarget(path: path, replaces: replaces, inputs: inputs)
    let (parent, name) = Self.split(target.path)
    let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FileError.creating(path, errno) }
    try self.init(folder: folder, name: name, path: target.path, isStream: target.isStream)
  }

  /// Takes over a folder's descriptor; it is closed when this goes, or at once when this throws.
  init(folder: Int32, name: String, path: String, isStream: Bool) throws(FileError) {
    var opened: Int32
    var temporary: TemporaryName?
    if isStream {
      opened = openat(folder, name, O_WRONLY | O_CLOEXEC)
    } else {
      repeat {
        let candidate = TemporaryName.random(for: name)
        opened = openat(
          folder, candidate, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if opened >= 0 { temporary = TemporaryName(folder: folder, name: candidate) }
      } while opened < 0 && errno == EEXIST
    }
    guard opened >= 0 else {
      let failure = FileError.creating(path, errno)
      close(folder)
      throw failure
    }
    self.path = path
    self.folder = folder
    self.name = name
    self.temporary = temporary
    descriptor = opened
  }

  /// Takes over a descriptor that is written to directly; it is closed when this goes.
  init(stream: Int32, path: String) throws(FileError) {
    guard stream >= 0 else { throw FileError.creating(path, errno) }
    self.path = path
    folder = -1
    name = ""
    temporary = nil
    descriptor = stream
  }

  deinit {
    if !isCommitted { temporary?.remove() }
    close(descriptor)
    if folder >= 0 { close(folder) }
  }

  /// Appends bytes.
  ///
  /// - Throws: `FileError.writeFailed` when the disk is full or the write fails otherwise.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    byteCount += bytes.count
    guard bytes.count < Self.bufferSize else {
      try flush()
      return try writeOut(bytes)
    }
    // Memory counts when it is used; growing would use it twice.
    if buffer.isEmpty { buffer.reserveCapacity(Self.bufferSize) }
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Makes the output appear under its name, whole and on the disk.
  ///
  /// - Throws: `FileError` when flushing or renaming fails; the output has not appeared then.
  public func commit() throws {
    try flush()
    guard let temporary else {
      isCommitted = true
      return
    }
    guard fsync(descriptor) == 0, fchmod(descriptor, Self.usualMode) == 0,
      renameat(folder, temporary.name, folder, name) == 0
    else { throw FileError.writing(path, errno) }
    isCommitted = true
    temporary.forget()
    // Some file systems cannot flush a folder; the file itself is safe by now.
    _ = fsync(folder)
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBytes { try writeOut($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) throws {
    try writeAll(bytes, to: descriptor, path: path)
  }

  /// What would keep an output from appearing at a path; nil when nothing would.
  public static func obstacle(
    at path: String, replaces: Bool, inputs: [FileIdentity]
  ) -> FileError? {
    do {
      _ = try OutputTarget(path: path, replaces: replaces, inputs: inputs)
      return nil
    } catch {
      return error
    }
  }

  /// The mode that creating a file the usual way would give.
  private static var usualMode: mode_t {
    let mask = umask(0)
    umask(mask)
    return 0o666 & ~mask
  }

  /// The folder part and the last part of a path.
  public static func split(_ path: String) -> (folder: String, name: String) {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let folder = slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
    return (folder, String(decoding: bytes[(slash + 1)...], as: UTF8.self))
  }
}

/// What stands at an output path before it is written.
private struct OutputTarget {
  let path: String
  let isStream: Bool

  init(path: String, replaces: Bool, inputs: [FileIdentity]) throws(FileError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      var link = stat()
      if lstat(path, &link) == 0 {
        throw .cannotCreate(path, reason: "a symbolic link to nothing stands there")
      }
      guard errno == ENOENT else { throw FileError.creating(path, errno) }
      guard !path.isEmpty, !path.utf8.elementsEqual([]), path.utf8.last != UInt8(ascii: "/") else {
        throw .cannotCreate(path, reason: "the path names no file")
      }
      (self.path, isStream) = (path, false)
      return
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw .cannotCreate(path, reason: "a folder stands there")
    }
    let identity = FileIdentity(status)
    guard !inputs.contains(where: { $0.isSameFile(as: identity) }) else { throw .sameFile(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      (self.path, isStream) = (path, true)
      return
    }
    guard replaces else { throw .exists(path) }
    (self.path, isStream) = (Self.resolved(path), false)
  }

  /// The path behind symbolic links, so that the link stays and its target is replaced.
  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
