import TestSupport
import Testing

@testable import ByteStorage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("A pipe as a file") struct InputSpoolTests {
  /// What comes out of a pipe that these bytes were written to.
  private func spooled(_ bytes: [UInt8], limit: Int) throws -> OpenFile {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    try #require(write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    defer { close(ends[0]) }
    return try OpenFile(
      descriptor: InputSpool.filled(from: ends[0], limit: limit), path: "a pipe",
      allowsHardLinks: true, hasFolder: false)
  }

  @Test("holds all bytes, which can be read at any place", arguments: [0, 1, 4096, 65_536])
  func holdsAll(size: Int) throws {
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try spooled(bytes, limit: size)
    #expect(file.byteCount == size)
    #expect(try file.bytes() == bytes)
    #expect(try file.bytes(in: size / 2..<size) == Array(bytes[(size / 2)...]))
    try file.checkUnchanged()
  }

  @Test("is refused one byte over the limit", arguments: [0, 1, 4096])
  func limit(limit: Int) {
    #expect(throws: StandardStreamError.tooLong(limit: limit)) {
      try spooled([UInt8](repeating: 1, count: limit + 1), limit: limit)
    }
  }

  @Test("fails when it cannot be read")
  func unreadable() {
    #expect(throws: FileError.self) { try InputSpool.filled(from: -1, limit: 1) }
  }
}

@Suite("What is in the way of an output") struct ObstacleTests {
  let folder = TemporaryFolder()

  @Test("is what writing would stop at")
  func agrees() throws {
    let taken = folder.file("taken")
    try AtomicFile(path: taken, replaces: false).commit()
    let identity = try OpenFile(path: taken).identity
    for path in [taken, folder.file("free"), folder.file(""), folder.file("taken/x")] {
      for (replaces, inputs) in [(false, []), (true, []), (true, [identity])] {
        var failure: FileError?
        do {
          _ = try AtomicFile(path: path, replaces: replaces, inputs: inputs)
        } catch {
          failure = error
        }
        #expect(AtomicFile.obstacle(at: path, replaces: replaces, inputs: inputs) == failure)
      }
    }
  }
}
