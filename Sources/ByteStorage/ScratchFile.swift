#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file without a name for what does not fit memory.
///
/// Its space is in the folder that TMPDIR names and free again when this goes, whatever ends the program.
public final class ScratchFile {
  private let descriptor: Int32
  /// How many bytes were written so far.
  public private(set) var byteCount = 0

  /// Makes an empty file.
  ///
  /// - Throws: `FileError.cannotCreate`.
  public init() throws(FileError) {
    descriptor = try Self.descriptor()
  }

  deinit {
    close(descriptor)
  }

  /// Writes bytes behind the others.
  ///
  /// - Throws: `FileError.writeFailed`.
  public func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try writeAll(bytes, to: descriptor, path: "a temporary file")
    byteCount += bytes.count
  }

  /// Reads bytes that were written.
  ///
  /// - Throws: `FileError.readFailed`.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let count = try readAll(of: descriptor, at: offset, into: buffer, path: "a temporary file")
    guard count == buffer.count else { throw FileError.reading("a temporary file", EIO) }
  }

  /// Opens such a file, which the caller closes.
  static func descriptor() throws(FileError) -> Int32 {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let folder = named.isEmpty ? "/tmp" : named
    var template = Array("\(folder)/sparsify.XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw FileError.creating(folder, errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }
}
