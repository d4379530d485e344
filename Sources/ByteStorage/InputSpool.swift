#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file without a name that holds what comes from a pipe, so that it can be read at any place.
///
/// Its space is in the folder that TMPDIR names and free again when the descriptor is closed, whatever
/// ends the program.
enum InputSpool {
  private static let bufferSize = 1 << 18

  /// Copies all that comes from a descriptor.
  ///
  /// - Returns: the descriptor of the file, which the caller closes.
  /// - Throws: `FileError` when reading or writing fails; `StandardStreamError.tooLong`.
  static func filled(from source: Int32, limit: Int = Limits.pipedBytes) throws -> Int32 {
    let target = try ScratchFile.descriptor()
    do {
      try copy(source, to: target, limit: limit)
      return target
    } catch {
      close(target)
      throw error
    }
  }

  private static func copy(_ source: Int32, to target: Int32, limit: Int) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      let count = read(source, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError.reading("standard input", errno) }
      guard count > 0 else { return }
      total += count
      guard total <= limit else { throw StandardStreamError.tooLong(limit: limit) }
      try writeAll(
        UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: target,
        path: "the copy of standard input")
    }
  }
}
