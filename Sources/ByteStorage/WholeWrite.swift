#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Writes all bytes to a descriptor, however many calls it takes.
///
/// Throws `FileError.writeFailed` with the path.
func writeAll(
  _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
) throws(FileError) {
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw FileError.writing(path, errno) }
    done += count
  }
}
