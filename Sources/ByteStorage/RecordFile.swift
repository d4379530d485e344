#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file of lines that only grows, locked while somebody writes to it.
///
/// What was written is on the disk. The lock is kept by this process and the programs it gives the
/// lock's descriptor to: it is free when the last of them has ended, in whatever way.
public final class RecordFile {
  /// The path of the file.
  public let path: String
  private let descriptor: Int32
  /// The descriptor that holds the lock; its number is 64 or more.
  public let lock: Int32

  private static let lowestLock: Int32 = 64
  private static let pauseMicroseconds: UInt32 = 20_000

  /// Opens a file, which is made if there is none, and locks it; nil when somebody else holds the lock.
  ///
  /// - Parameters:
  ///   - path: where it lies.
  ///   - patience: how many seconds to wait for the lock.
  /// - Throws: `FileError` when it cannot be opened.
  public init?(path: String, patience: Double) throws(FileError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw .creating(path, errno) }
    // A lock belongs to one opening of a file; through this one nobody can write.
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    let lock = fcntl(opened, F_DUPFD_CLOEXEC, Self.lowestLock)
    let failure = errno
    close(opened)
    guard lock >= 0 else {
      close(descriptor)
      throw .creating(path, failure)
    }
    (self.path, self.descriptor, self.lock) = (path, descriptor, lock)
    guard Self.take(lock, patience: patience) else { return nil }
  }

  deinit {
    close(descriptor)
    close(lock)
  }

  private static func take(_ lock: Int32, patience: Double) -> Bool {
    var pauses = Int(max(0, patience) * 1e6) / Int(pauseMicroseconds)
    while flock(lock, LOCK_EX | LOCK_NB) != 0 {
      guard pauses > 0 else { return false }
      pauses -= 1
      usleep(pauseMicroseconds)
    }
    return true
  }

  /// Keeps the first bytes only.
  ///
  /// - Throws: `FileError.writeFailed` when that fails.
  public func cut(to byteCount: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(byteCount)) == 0, fsync(descriptor) == 0 else {
      throw .writing(path, errno)
    }
  }

  /// Appends bytes and waits until they are on the disk.
  ///
  /// - Throws: `FileError.writeFailed` when that fails; a part of them may stand there then.
  public func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
    guard fsync(descriptor) == 0 else { throw FileError.writing(path, errno) }
  }
}
