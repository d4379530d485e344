import ByteStorage
import TestSupport
import Testing

@Suite struct ByteSourceTests {
  @Test func everyRangeOfConcatenatedPartsIsRead() throws {
    let parts: [[UInt8]] = [[], [1, 2, 3], [], [], [4], [5, 6], []]
    let whole = Array(parts.joined())
    let source = ConcatenatedSource(parts.map { MemorySource($0) })
    #expect(source.byteCount == whole.count)
    for start in 0...whole.count {
      for end in start...whole.count {
        #expect(try source.bytes(in: start..<end) == Array(whole[start..<end]))
      }
    }
  }

  @Test func nothingIsConcatenatedToNothing() throws {
    #expect(try ConcatenatedSource([]).bytes() == [])
  }

  @Test func slicesOutsideOfTheSourceAreRefused() throws {
    let source = MemorySource([1, 2, 3])
    #expect(source.slice(0..<4) == nil)
    #expect(source.slice(-1..<2) == nil)
    #expect(try #require(source.slice(1..<3)).bytes() == [2, 3])
    #expect(try #require(source.slice(3..<3)).bytes() == [])
  }

  @Test func aSinkGetsWholeSourcesInPieces() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for size in [1, 3, 999, 1000, 5000] {
      let sink = MemorySink()
      try sink.write(MemorySource(bytes), pieceSize: size)
      #expect(sink.contents == bytes)
    }
  }

  @Test func checksumsAreThoseOfTheStandards() throws {
    let digits = Array("123456789".utf8)
    #expect(digits.withUnsafeBytes { crc32(of: $0) } == 0xCBF4_3926)
    let digest = try SHA256.digest(of: MemorySource(Array("abc".utf8)))
    #expect(
      digest.map { String($0, radix: 16) }.joined(separator: " ").hasPrefix("ba 78 16 bf 8f 1 cf"))
    #expect(digest.count == SHA256.digestSize)
  }
}

@Suite struct OpenFileTests {
  let folder = TemporaryFolder()

  @Test func rangesOfAFileAreRead() throws {
    let file = try OpenFile(path: folder.write([1, 2, 3, 4], to: "a"))
    #expect(file.byteCount == 4)
    #expect(try file.bytes(in: 1..<3) == [2, 3])
  }

  @Test func whatIsNoFileIsRefusedByKind() {
    #expect(throws: FileError.missing(folder.file("none"))) {
      try OpenFile(path: folder.file("none"))
    }
    #expect(throws: FileError.notAFile(folder.path)) { try OpenFile(path: folder.path) }
    #expect(throws: FileError.notAFile("/dev/null")) { try OpenFile(path: "/dev/null") }
  }

  @Test func aFileThatShrinksIsNoticed() throws {
    let path = folder.write([UInt8](repeating: 1, count: 100), to: "a")
    let file = try OpenFile(path: path)
    folder.write([1, 2], to: "a")
    #expect(throws: FileError.changed(path)) { try file.bytes() }
    #expect(throws: FileError.changed(path)) { try file.checkUnchanged() }
  }

  @Test func anUntouchedFileIsUnchanged() throws {
    try OpenFile(path: folder.write([1], to: "a")).checkUnchanged()
  }
}
