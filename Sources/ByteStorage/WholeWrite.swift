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

/// Fills a buffer from a place of a file on, however many calls it takes.
///
/// Returns how many bytes there were, which is less only where the file ends. Throws
/// `FileError.reading` with the path.
func readAll(
  of descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer, path: String
) throws(FileError) -> Int {
  var done = 0
  while done < buffer.count {
    let count = pread(
      descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
      off_t(offset + done))
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { throw FileError.reading(path, errno) }
    guard count > 0 else { break }
    done += count
  }
  return done
}
