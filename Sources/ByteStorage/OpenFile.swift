#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A regular file opened for reading, with the identity it had when it was opened.
///
/// Read with `pread`, not mapped: a file that shrinks while it is read gives an error, not a signal,
/// and the pages read do not count as this process's memory.
public final class OpenFile: InputFile {
  /// The path it was opened by, for messages.
  public let path: String
  /// The file's size when it was opened.
  public let byteCount: Int
  /// What tells this file from every other one and from its own later versions.
  public let identity: FileIdentity
  /// Whether it stands in a folder, where further files of a model may be; standard input does not.
  public let hasFolder: Bool
  private let descriptor: Int32

  /// Opens a regular file by its path.
  ///
  /// - Parameter path: any path the system takes; bytes that are not UTF-8 cannot be given.
  /// - Throws: `FileError` when there is no such file, or it is not a regular one.
  public convenience init(path: String) throws(FileError) {
    // O_NONBLOCK: a FIFO without a writer must be refused, not waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.opening(path, errno) }
    try self.init(descriptor: descriptor, path: path, allowsHardLinks: true)
  }

  /// Takes over an open descriptor; it is closed when this goes, or at once when this throws.
  init(
    descriptor: Int32, path: String, allowsHardLinks: Bool, hasFolder: Bool = true
  ) throws(FileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let failure = FileError.reading(path, errno)
      close(descriptor)
      throw failure
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError.notAFile(path)
    }
    guard allowsHardLinks || status.st_nlink == 1 else {
      close(descriptor)
      throw FileError.hardLink(path)
    }
    self.path = path
    self.hasFolder = hasFolder
    self.descriptor = descriptor
    byteCount = Int(status.st_size)
    identity = FileIdentity(status)
  }

  deinit {
    close(descriptor)
  }

  /// Reads with `pread`, so any number of threads may read at once.
  ///
  /// - Throws: `FileError.changed` when the file ends too early, `FileError.reading` otherwise.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let count = try readAll(of: descriptor, at: offset, into: buffer, path: path)
    guard count == buffer.count else { throw FileError.changed(path) }
  }

  /// Checks that the file is still the one that was opened.
  ///
  /// - Throws: `FileError.changed` when its size or time of change differ.
  public func checkUnchanged() throws(FileError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError.reading(path, errno) }
    guard FileIdentity(status) == identity, Int(status.st_size) == byteCount else {
      throw FileError.changed(path)
    }
  }
}

/// A file that is read, and can tell whether it is still the same.
public protocol InputFile: ByteSource {
  /// What tells this file from every other one and from its own later versions.
  var identity: FileIdentity { get }

  /// Checks that the file is still the one that was opened; throws `FileError.changed` otherwise.
  func checkUnchanged() throws(FileError)
}

/// Device, file number, size and time of change: equal for one version of one file.
public struct FileIdentity: Hashable, Sendable {
  /// The device the file lies on.
  public let device: UInt64
  /// The file's number on that device.
  public let number: UInt64
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
    #if canImport(Glibc)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    #else
      (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
    #endif
  }

  /// True when both name the same file, whatever was written to it in between.
  public func isSameFile(as other: FileIdentity) -> Bool {
    device == other.device && number == other.number
  }
}
