import ByteStorage
import Testing

@Suite struct ByteStringTests {
  @Test func bytesThatAreNoTextSurvive() {
    let bytes: [UInt8] = [0xFF, 0x00, 0x41]
    #expect(ByteString(bytes).bytes == bytes)
    #expect(ByteString(bytes) != ByteString([0xFE, 0x00, 0x41]))
  }

  @Test(arguments: [
    ("plain", "plain"), ("für", "für"), ("a\nb", "a\\u{a}b"), ("\u{1B}[31m", "\\u{1b}[31m"),
    ("\u{202E}x", "\\u{202e}x"), ("\0", "\\u{0}"),
  ])
  func messagesEscapeWhatWouldDisturbATerminal(name: String, shown: String) {
    #expect(ByteString(name).escaped == shown)
  }

  @Test func badTextIsEscaped() {
    #expect(ByteString([0x61, 0xFF]).escaped == "a\\u{fffd}")
  }

  @Test func longNamesAreCut() {
    let name = ByteString(String(repeating: "x", count: 1_000_000))
    #expect(name.escaped.count == ByteString.shownCharacters + 1)
  }

  @Test(arguments: ["a", "a/b", "sub dir/w é.bin", "..a", "a..", "...", "%2e%2e/a"])
  func pathsInsideTheFolderAreTaken(path: String) throws {
    #expect(try RelativePath(ByteString(path)).bytes == ByteString(path))
  }

  @Test(arguments: [
    "", ".", "..", "/a", "a/", "a//b", "../a", "a/../b", "a/.", "a\0b", "C:\\x", "C:x", "a\\b",
  ])
  func pathsThatLeaveTheFolderAreRefused(path: String) {
    #expect(throws: FileError.escapingPath(path)) { try RelativePath(ByteString(path)) }
  }

  @Test func namesNoFileSystemTakesAreRefused() throws {
    _ = try RelativePath(ByteString(String(repeating: "x", count: 255)))
    #expect(throws: FileError.self) {
      try RelativePath(ByteString(String(repeating: "x", count: 256)))
    }
  }
}
