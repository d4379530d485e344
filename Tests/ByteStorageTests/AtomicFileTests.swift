import ByteStorage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func nothingAppearsBeforeCommit() throws {
    let path = folder.file("out")
    let file = try AtomicFile(path: path, replaces: false)
    try file.write([1, 2, 3])
    #expect(!folder.names().contains("out"))
    try file.commit()
    #expect(folder.names() == ["out"])
    #expect(try OpenFile(path: path).bytes() == [1, 2, 3])
  }

  @Test func nothingIsLeftWithoutCommit() throws {
    do {
      let file = try AtomicFile(path: folder.file("out"), replaces: false)
      try file.write([UInt8](repeating: 1, count: 1 << 20))
    }
    #expect(folder.names() == [])
  }

  @Test func smallAndLargePiecesKeepTheirOrder() throws {
    let file = try AtomicFile(path: folder.file("out"), replaces: false)
    var expected: [UInt8] = []
    for (index, size) in [1, 300_000, 5, 262_144, 262_143, 2, 0, 7].enumerated() {
      let piece = [UInt8](repeating: UInt8(index), count: size)
      try file.write(piece)
      expected += piece
    }
    #expect(file.byteCount == expected.count)
    try file.commit()
    #expect(try OpenFile(path: folder.file("out")).bytes() == expected)
  }

  @Test func anExistingFileIsReplacedOnlyOnRequest() throws {
    let path = folder.write([9], to: "out")
    #expect(throws: FileError.exists(path)) { try AtomicFile(path: path, replaces: false) }
    let file = try AtomicFile(path: path, replaces: true)
    try file.write([1])
    #expect(try OpenFile(path: path).bytes() == [9])
    try file.commit()
    #expect(try OpenFile(path: path).bytes() == [1])
  }

  @Test func anInputIsNeverReplacedUnderAnyName() throws {
    let path = folder.write([9], to: "in")
    let identity = try OpenFile(path: path).identity
    symlink(path, folder.file("link"))
    link(path, folder.file("hard"))
    for name in ["in", "./in", "link", "hard"] {
      #expect(throws: FileError.sameFile(folder.file(name))) {
        try AtomicFile(path: folder.file(name), replaces: true, inputs: [identity])
      }
    }
  }

  @Test func aLinkStaysAndItsTargetIsReplaced() throws {
    let target = folder.write([9], to: "target")
    symlink(target, folder.file("link"))
    let file = try AtomicFile(path: folder.file("link"), replaces: true)
    try file.write([1])
    try file.commit()
    #expect(try OpenFile(path: target).bytes() == [1])
    #expect(folder.names() == ["link", "target"])
  }

  @Test func placesWhereNoFileCanBeAreRefused() {
    symlink(folder.file("nothing"), folder.file("dangling"))
    for path in [folder.path, folder.file("dangling"), folder.file("a/b"), folder.path + "/x/"] {
      #expect(throws: FileError.self) { try AtomicFile(path: path, replaces: true) }
    }
  }

  @Test func devicesAreWrittenToDirectly() throws {
    let file = try AtomicFile(path: "/dev/null", replaces: false)
    try file.write([1])
    try file.commit()
  }

  @Test func aFullDiskIsReported() throws {
    guard access("/dev/full", W_OK) == 0 else { return }
    let file = try AtomicFile(path: "/dev/full", replaces: false)
    try file.write([1])
    #expect(throws: FileError.self) { try file.commit() }
  }

  @Test func foldersBelowAreMadeButLinksAreNotFollowed() throws {
    let inside = try RelativePath("a/b/out")
    let file = try AtomicFile(folder: folder.path, relative: inside, replaces: false)
    try file.write([1])
    try file.commit()
    #expect(try OpenFile(path: folder.file("a/b/out")).bytes() == [1])
    let other = TemporaryFolder()
    symlink(other.path, folder.file("away"))
    let outside = try RelativePath("away/out")
    #expect(throws: FileError.self) {
      try AtomicFile(folder: folder.path, relative: outside, replaces: true)
    }
    #expect(other.names() == [])
  }

  @Test func theModeIsTheUsualOne() throws {
    let file = try AtomicFile(path: folder.file("out"), replaces: false)
    try file.commit()
    var status = stat()
    stat(folder.file("out"), &status)
    let mask = umask(0)
    umask(mask)
    #expect(status.st_mode & 0o777 == 0o666 & ~mask)
  }
}
