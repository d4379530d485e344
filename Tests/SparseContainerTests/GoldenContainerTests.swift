import ByteStorage
import ModelGraph
import ONNXFormat
import TestSupport
import Testing

@testable import SparseContainer

/// Containers that were written once and must be read for ever.
///
/// Nothing is written here: what a compressor gives depends on its version.
@Suite struct GoldenContainerTests {
  private static let versions = ["v0.1", "v1.0"]

  private static func folder(_ version: String) -> String {
    SharedFiles.fixture("containers/" + version)
  }

  /// The rows of an index.tsv without its heading.
  static func rows(of folder: String) -> [[String]] {
    guard let bytes = try? OpenFile(path: folder + "/index.tsv").bytes() else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The names of the golden containers of a version.
  private static func names(_ version: String) -> [String] {
    Set(rows(of: folder(version)).map { $0[0] }).sorted()
  }

  /// Version and name of each.
  static let golden = versions.flatMap { version in names(version).map { [version, $0] } }

  @Test("There is a golden container of each kind, and no other file", arguments: versions)
  func kinds(version: String) throws {
    let names = Self.names(version)
    #expect(names.count >= 20)
    let files = SharedFiles.files(in: Self.folder(version), suffix: ".spm")
      .filter { !$0.contains(".shard") }
    #expect(files == names.map { Self.folder(version) + "/" + $0 })
  }

  @Test("A golden container gives the files and tensors it was made of", arguments: golden)
  func contents(golden: [String]) throws {
    let (folder, name) = (Self.folder(golden[0]), golden[1])
    let path = folder + "/" + name
    func openShard(_ name: ByteString) throws -> any ByteSource {
      try OpenFile(path: folder + "/" + name.text)
    }
    let container = try Container(OpenFile(path: path), openShard: openShard)
    var found = try container.index.tensors.indices.map { tensor in
      let digest = try SHA256.digest(of: container.contents(ofTensor: tensor))
      return [name, "tensor", container.index.tensors[tensor].name.escaped, hex(digest)]
    }
    let restored = try SparseContainerFormat()
      .read(OpenFile(path: path), openShard: openShard).model
    for (path, contents) in try restored.files() {
      found.append(
        [name, "file", path.escaped, hex(try SHA256.digest(of: MemorySource(contents)))])
    }
    let expected = Self.rows(of: folder).filter { $0[0] == name }
    #expect(Set(found) == Set(expected))
    #expect(found.count == expected.count)
  }

  private static let badFolder = SharedFiles.fixture("containers/bad")
  static let bad = rows(of: badFolder)

  @Test("A bad container gets its error", arguments: bad)
  func badContainer(row: [String]) throws {
    let bytes = try OpenFile(path: Self.badFolder + "/" + row[0]).bytes()
    switch try outcome(of: bytes) {
    case .success: Issue.record("\(row[0]) was read: \(row[2])")
    case .failure(let error): #expect((error as? any DiagnosticError)?.code == row[1])
    }
  }

  @Test("There are bad containers for most codes")
  func badCodes() throws {
    #expect(Self.bad.count >= 20)
    #expect(Set(Self.bad.map { $0[1] }).count >= 8)
    let files = SharedFiles.files(in: Self.badFolder, suffix: ".spm")
    #expect(files == Self.bad.map { Self.badFolder + "/" + $0[0] }.sorted())
  }

  @Test("The hex dump in the text is the smallest container")
  func smallest() throws {
    let text = String(
      decoding: try OpenFile(path: SharedFiles.project + "/schemas/spm.md").bytes(), as: UTF8.self)
    let chapter = try #require(text.split(separator: "## The smallest container").last)
    var dump: [UInt8] = []
    // Lines such as "0010  00 08 08 3a  a chunk": the offset, then bytes, two blanks before words.
    for line in chapter.split(separator: "\n") {
      guard let columns = line.wholeMatch(of: /([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)(?:  *.*)?/),
        let offset = Int(columns.1, radix: 16)
      else { continue }
      #expect(offset == dump.count, "\(line)")
      dump += columns.2.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
    let file = try OpenFile(path: Self.folder("v1.0") + "/smallest.spm").bytes()
    #expect(dump == file)
    #expect(try read(dump).graphs.first?.nodes.count == 1)
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
