import ByteStorage
import Foundation
import Testing

@Suite struct ModelFolderTests {
  /// A folder with a model, a data file, links to it, and a folder beside it with a secret.
  private final class Place: Sendable {
    let root: String
    var model: String { root + "/model/model.onnx" }

    init() throws {
      root =
        FileManager.default.temporaryDirectory.appendingPathComponent(
          "folder-tests-" + UUID().uuidString
        ).path
      let manager = FileManager.default
      for folder in ["/model/sub", "/other"] {
        try manager.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
      }
      for file in ["/model/model.onnx", "/model/data", "/model/sub/data", "/other/secret"] {
        try Data(file.utf8).write(to: URL(fileURLWithPath: root + file))
      }
      try manager.createSymbolicLink(
        atPath: root + "/model/link", withDestinationPath: root + "/other/secret")
      try manager.createSymbolicLink(
        atPath: root + "/model/linked", withDestinationPath: root + "/other")
    }

    deinit {
      try? FileManager.default.removeItem(atPath: root)
    }

    func open(_ location: ByteString, allowsHardLinks: Bool = false) throws -> OpenFile {
      try ModelFolder(ofFileAt: model, allowsHardLinks: allowsHardLinks).open(relative: location)
    }
  }

  @Test(arguments: ["data", "sub/data", "./data", "sub/./data"])
  func fileInsideIsOpened(location: String) throws {
    let place = try Place()
    let file = try place.open(ByteString(location))
    let name = location.contains("sub") ? "/model/sub/data" : "/model/data"
    #expect(try file.bytes() == Array(name.utf8))
  }

  @Test(arguments: [
    "../other/secret", "sub/../../other/secret", "/etc/passwd", "//data", "sub//data", "", ".",
    "..",
    "sub/", "sub/.", "C:data", "C:\\data", "\\\\host\\data", "a\\..\\b", "file:///etc/passwd",
    "data\0",
  ])
  func pathThatLeavesTheFolderIsRefused(location: String) throws {
    let place = try Place()
    #expect(throws: FileError.escapingPath(location)) {
      _ = try place.open(ByteString(location))
    }
  }

  @Test(arguments: ["link", "linked/secret"]) func linksAreNotFollowed(location: String) throws {
    let place = try Place()
    let error = #expect(throws: FileError.self) { _ = try place.open(ByteString(location)) }
    guard case .symbolicLink = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["nothing", "nothing/data", "data/data", "%2e%2e/secret"])
  func missingFileIsMissing(location: String) throws {
    let place = try Place()
    let error = #expect(throws: FileError.self) { _ = try place.open(ByteString(location)) }
    #expect(error?.kind == .missingInput)
  }

  @Test func folderAndPipeAreNoFiles() throws {
    let place = try Place()
    #expect(mkfifo(place.root + "/model/pipe", 0o600) == 0)
    for location in ["sub", "pipe"] as [ByteString] {
      let error = #expect(throws: FileError.self) { _ = try place.open(location) }
      guard case .notAFile = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func hardLinkIsRefusedUnlessAllowed() throws {
    let place = try Place()
    try FileManager.default.linkItem(
      atPath: place.root + "/other/secret", toPath: place.root + "/model/hard")
    let error = #expect(throws: FileError.self) { _ = try place.open("hard") }
    #expect(error?.code == "E-FILE-007")
    #expect(try place.open("hard", allowsHardLinks: true).byteCount > 0)
  }

  @Test func fewFilesAreOpenAtATime() throws {
    let place = try Place()
    let count = 3 * ModelFolder.mostOpenFiles
    for index in 0..<count {
      try Data([UInt8(index)]).write(to: URL(fileURLWithPath: place.root + "/model/part\(index)"))
    }
    let folder = try ModelFolder(ofFileAt: place.model)
    let files = try (0..<count).map { try folder.file(at: ByteString("part\($0)")) }
    for (index, file) in files.enumerated() { #expect(try file.bytes() == [UInt8(index)]) }
    #if os(Linux)
      let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
      }
      let parts = open.filter { $0.hasPrefix(place.root + "/model/part") }
      #expect(!parts.isEmpty && parts.count <= ModelFolder.mostOpenFiles)
    #endif
  }

  @Test func fileThatIsReplacedInBetweenIsNoticed() throws {
    let place = try Place()
    let folder = try ModelFolder(ofFileAt: place.model)
    let file = try folder.file(at: "data")
    for index in 0..<ModelFolder.mostOpenFiles {
      try Data([1]).write(to: URL(fileURLWithPath: place.root + "/model/part\(index)"))
      _ = try folder.file(at: ByteString("part\(index)"))
    }
    try Data("/model/DATA".utf8).write(
      to: URL(fileURLWithPath: place.root + "/model/data"), options: .atomic)
    #expect(throws: FileError.changed("data")) { _ = try file.bytes() }
  }

  @Test func sha1IsThatOfTheStandard() throws {
    let digest = try SHA1.digest(of: MemorySource(Array("abc".utf8)))
    let expected: [UInt8] = [
      0xA9, 0x99, 0x3E, 0x36, 0x47, 0x06, 0x81, 0x6A, 0xBA, 0x3E, 0x25, 0x71, 0x78, 0x50, 0xC2,
      0x6C, 0x9C, 0xD0, 0xD8, 0x9D,
    ]
    #expect(digest == expected)
  }
}
