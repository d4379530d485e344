import ByteStorage
import ModelGraph
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

/// A container whose checksums are right and whose index lies.
struct Lie: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let tell: @Sendable (inout Assembly) -> Void
  let expected: SparseContainerError

  init(
    _ name: String, _ expected: SparseContainerError,
    _ tell: @escaping @Sendable (inout Assembly) -> Void
  ) {
    (testDescription, self.expected, self.tell) = (name, expected, tell)
  }

  /// A lie that the index's own types cannot tell.
  init(_ name: String, field: Int, _ message: WireBytes, _ expected: SparseContainerError) {
    self.init(name, expected) { $0.moreFields = WireBytes { $0.data(field, message.bytes) }.bytes }
  }
}

/// The rules of schemas/spm.md, each broken alone.
@Suite struct IndexRulesTests {
  private static let outside = SparseContainerError.broken("a chunk outside of the file")
  private static let table = SparseContainerError.broken(
    "a section with a chunk table of another length")
  private static let hole = SparseContainerError.broken("a hole behind the end of a file")
  private static let noLiteral = SparseContainerError.broken("a file without literal bytes")

  private static func leaves(_ name: String) -> SparseContainerError {
    .broken("tensor \"\(name)\" leaves its section")
  }

  static let sectionLies = [
    Lie("a chunk length too long", outside) { $0.index.sections[1].chunkLengths[0] += 1 },
    Lie("a chunk length too short", .broken("bytes between the chunks and the index")) {
      $0.index.sections[1].chunkLengths[0] -= 1
    },
    Lie("a chunk of no bytes", outside) { $0.index.sections[1].chunkLengths[0] = 0 },
    Lie("a chunk of 4 GiB", outside) { $0.index.sections[1].chunkLengths[0] = .max },
    Lie("2^60 elements", .tooLarge("the decoded size")) {
      $0.index.sections[1].elementCount = 1 << 60
    },
    Lie("the most elements", .tooLarge("the decoded size")) {
      $0.index.sections[1].elementCount = .max
    },
    Lie("too many bytes together", .tooLarge("the decoded size")) {
      $0.index.sections[1].elementCount = Limits.decodedBytes / 4
    },
    Lie("more chunks than listed", table) { $0.index.sections[1].elementCount = 1 << 30 },
    Lie("no elements but a chunk", table) { $0.index.sections[1].elementCount = 0 },
    Lie("chunks of no elements", .broken("chunks of 0 elements")) {
      $0.index.sections[1].chunkElements = 0
    },
    Lie("chunks of too many elements", .broken("chunks of 262145 elements")) {
      $0.index.sections[1].chunkElements = 1 << 18 + 1
    },
    Lie("a checksum missing", table) { $0.index.sections[1].chunkChecksums = [] },
    Lie("a checksum too many", table) { $0.index.sections[1].chunkChecksums.append(0) },
    Lie("a gap of a page", .broken("a gap of 4096 bytes")) { $0.index.sections[1].gap = 4096 },
    Lie("a gap that nothing is left for", .broken("a gap of 4000 bytes")) {
      $0.index.sections[1].gap = 4000
    },
    Lie("a plain section with lengths", table) { $0.index.sections[1].isPlain = true },
    Lie("a plain section that is too long", outside) {
      $0.index.sections[1].isPlain = true
      $0.index.sections[1].chunkLengths = []
      $0.index.sections[1].elementCount = 1 << 18
    },
    Lie(
      "a section that is plain twice", field: 2,
      WireBytes {
        $0.int(2, 1)
        $0.int(8, 2)
      }, .broken("a section that is plain 2 times")),
    Lie("a length too many", table) { $0.index.sections[1].chunkLengths.append(1) },
    Lie(
      "elements of kind 4", field: 2, WireBytes { $0.int(1, 4) }, .broken("elements of kind 4")),
    Lie(
      "elements of kind 259", field: 2, WireBytes { $0.int(1, 259) },
      .broken("elements of kind 259")),
    Lie(
      "elements of 3 bytes", field: 2, WireBytes { $0.int(2, 3) }, .broken("elements of 3 bytes")),
    Lie(
      "elements of no bytes", field: 2, WireBytes { $0.int(3, 3) }, .broken("elements of 0 bytes")
    ),
    Lie(
      "2^64 - 1 elements", field: 2,
      WireBytes {
        $0.int(2, 1)
        $0.int(3, -1)
      }, .broken("the number 18446744073709551615")),
  ]

  static let tensorLies = [
    Lie("a section that does not exist", .broken("tensor \"w\" has no contents")) {
      $0.index.tensors[0].section = 3
    },
    Lie("a start behind the section", leaves("w")) { $0.index.tensors[0].firstElement = 33 },
    Lie("the farthest start", leaves("w")) { $0.index.tensors[0].firstElement = .max },
    Lie("an end behind the section", leaves("w")) { $0.index.tensors[0].firstElement = 1 },
    Lie("2^62 elements of 4 bytes", .broken("tensor \"w\" has no contents")) {
      $0.index.tensors[0].shape = Shape([1 << 62]) ?? $0.index.tensors[0].shape
    },
    Lie("more elements than the section", leaves("w")) {
      $0.index.tensors[0].shape = Shape([33]) ?? $0.index.tensors[0].shape
    },
    Lie(
      "a section of another layout",
      .broken("tensor \"w\" lies in a section of another layout")
    ) { $0.index.tensors[0].section = 2 },
    Lie(
      "integers in a section of floats",
      .broken("tensor \"w\" lies in a section of another layout")
    ) { $0.index.tensors[0].elementType = .int32 },
    Lie(
      "a vector that is transposed",
      .broken("tensor \"w\" is transposed, but no matrix that may be")
    ) {
      $0.index.tensors[0].shape = Shape([32]) ?? $0.index.tensors[0].shape
      $0.index.tensors[0].isTransposed = true
    },
    Lie(
      "transposed twice", field: 3,
      WireBytes {
        $0.int(2, 1)
        $0.int(6, 2)
      }, .broken("tensor \"\" is transposed 2 times")),
    Lie(
      "a shape whose product overflows", field: 3,
      WireBytes {
        $0.int(2, 1)
        $0.packed(3, [1 << 32, 1 << 31])
      }, .broken("tensor \"\" has an impossible shape")),
    Lie(
      "17 dimensions", field: 3,
      WireBytes {
        $0.int(2, 1)
        $0.packed(3, Array(repeating: 1, count: 17))
      }, .broken("tensor \"\" has an impossible shape")),
    Lie(
      "a dimension of 2^63", field: 3,
      WireBytes {
        $0.int(2, 1)
        $0.packed(3, [.min])
      }, .broken("the number 9223372036854775808")),
    Lie("no type", field: 3, WireBytes(), .broken("tensor \"\" of element type 0")),
    Lie("strings", field: 3, WireBytes { $0.int(2, 8) }, .broken("tensor \"\" of element type 8")),
    Lie(
      "a type of the future", field: 3, WireBytes { $0.int(2, 29) },
      .broken("tensor \"\" of element type 29")),
    Lie(
      "a type of more than a byte", field: 3, WireBytes { $0.int(2, 257) },
      .broken("tensor \"\" of element type 257")),
  ]

  static let fileLies = [
    Lie("no file", .broken("no model file")) { $0.index.files = [] },
    Lie("a model with a path", .broken("no model file")) { $0.index.files[0].path = "m.onnx" },
    Lie("a literal section that does not exist", noLiteral) {
      $0.index.files[0].literalSection = 3
    },
    Lie("a literal section of floats", noLiteral) { $0.index.files[0].literalSection = 1 },
    Lie("a literal section of integers", noLiteral) { $0.index.files[0].literalSection = 2 },
    Lie("a run without a hole", .broken("a file with holes of no place")) {
      $0.index.files[0].literalRuns.append(0)
    },
    Lie("a hole without a run", .broken("a file with holes of no place")) {
      $0.index.files[0].holeTensors.append(0)
    },
    Lie("a run behind the end", hole) { $0.index.files[0].literalRuns[1] += 1000 },
    Lie("runs that overflow", hole) { $0.index.files[0].literalRuns = [.max, .max] },
    Lie("a hole that no tensor fills", .broken("a hole that no tensor fills")) {
      $0.index.files[0].holeTensors[1] = 2
    },
    Lie("a short digest", .broken("a digest of another length")) {
      $0.index.files[0].digest = [UInt8](repeating: 0, count: 31)
    },
    Lie("a long digest", .broken("a digest of another length")) {
      $0.index.files[0].digest = [UInt8](repeating: 0, count: 33)
    },
    Lie("another format", .broken("files of the format \"\\u{1b}tflite\"")) {
      $0.index.format = "\u{1B}tflite"
    },
  ]

  @Test("Each rule of sections is enforced", arguments: sectionLies)
  func sections(lie: Lie) throws { try check(lie) }

  @Test("Each rule of tensors is enforced", arguments: tensorLies)
  func tensors(lie: Lie) throws { try check(lie) }

  @Test("Each rule of files is enforced", arguments: fileLies)
  func files(lie: Lie) throws { try check(lie) }

  private func check(_ lie: Lie) throws {
    var assembly = try Assembly(of: DamageTests.container)
    lie.tell(&assembly)
    let container = try assembly.bytes()
    #expect(throws: lie.expected) { try read(container) }
  }

  @Test(
    "No path leads out of the model's folder",
    arguments: [
      "../x", "/x", "a/../x", "a//x", "a/", "./x", "a/.", "..", ".", "/", "a\0b",
      "../../etc/passwd",
      String(repeating: "n", count: 256),
    ])
  func paths(path: String) throws {
    var assembly = try Assembly(of: DamageTests.container)
    assembly.index.files.append(
      FileRecord(
        path: ByteString(path), literalSection: 0, literalRuns: [], holeTensors: [], digest: nil))
    let container = try assembly.bytes()
    let error = SparseContainerError.broken(
      "the path \"\(ByteString(path))\" leaves the model's folder")
    #expect(throws: error) { try read(container) }
  }

  @Test("Two models are refused")
  func twoModels() throws {
    var assembly = try Assembly(of: DamageTests.container)
    assembly.index.files.append(assembly.index.files[0])
    let container = try assembly.bytes()
    let error = #expect(throws: SparseContainerError.self) { try read(container) }
    #expect(error?.code == "E-SPM-006")
  }

  @Test("Two data files of one path are refused")
  func equalPaths() throws {
    var assembly = try Assembly(of: DamageTests.container)
    let file = FileRecord(
      path: "d/w.bin", literalSection: 0, literalRuns: [], holeTensors: [], digest: nil)
    assembly.index.files += [file, file]
    let container = try assembly.bytes()
    #expect(throws: SparseContainerError.broken("two files of one path")) { try read(container) }
  }

  @Test("Holes that are not the model's are refused")
  func otherHoles() throws {
    let whole = try Assembly(of: DamageTests.container)
    let changes: [(inout FileRecord) -> Void] = [
      { $0.literalRuns[0] -= 1 }, { $0.literalRuns[0] += 1 }, { $0.holeTensors.swapAt(0, 1) },
      { ($0.literalRuns, $0.holeTensors) = ([], []) },
      { ($0.literalRuns, $0.holeTensors) = ([$0.literalRuns[0]], [0]) },
    ]
    for change in changes {
      var assembly = whole
      change(&assembly.index.files[0])
      let container = try assembly.bytes()
      let error = #expect(throws: (any Error).self) { try read(container) }
      #expect(error is any DiagnosticError)
    }
  }

  @Test("A digest of no bytes is none")
  func emptyDigest() throws {
    var assembly = try Assembly(of: DamageTests.container)
    assembly.index.files[0].digest = []
    #expect(try read(assembly.bytes()).document?.files[0].digest == nil)
  }

  @Test("A chunk that decodes to another size names its tensor")
  func chunkSize() throws {
    var assembly = try Assembly(of: DamageTests.container)
    assembly.index.sections[1].elementCount += 1
    let restored = try read(assembly.bytes())
    let error = #expect(throws: SparseContainerError.self) {
      try restored.tensors[0].contents.bytes()
    }
    #expect(error?.code == "E-SPM-007")
    #expect(error?.description.hasPrefix("tensor \"w\", chunk 0: ") == true)
  }

  @Test("Fields up to 63 must be known, later ones are skipped")
  func unknownFields() throws {
    // The way from the index to a message of each type.
    let ways: [(name: String, fields: [Int])] = [
      ("Index", []), ("Document", [1]), ("File", [1, 2]), ("Section", [2]), ("Tensor", [3]),
      ("HistoryEntry", [4]), ("Setting", [4, 2]),
    ]
    for (name, fields) in ways {
      var assembly = try Assembly(of: DamageTests.container)
      assembly.moreFields = fields.reversed().reduce(WireBytes { $0.int(63, 1) }.bytes) {
        inner, field in
        WireBytes { $0.data(field, inner) }.bytes
      }
      let container = try assembly.bytes()
      #expect(throws: SparseContainerError.unknownField(message: name, field: 63)) {
        try read(container)
      }
    }
    for (name, fields) in ways where !["File", "Section", "Tensor"].contains(name) {
      var assembly = try Assembly(of: DamageTests.container)
      let unknown = WireBytes {
        $0.int(64, 1)
        $0.text(70_000, "later")
      }
      assembly.moreFields = fields.reversed().reduce(unknown.bytes) { inner, field in
        WireBytes { $0.data(field, inner) }.bytes
      }
      #expect(try read(assembly.bytes()).files()[""] == DamageTests.file, "\(name)")
    }
  }

  @Test("A small file may not ask for much memory for its structure")
  func largeStructure() throws {
    // 128 MiB of zeros in a kilobyte.
    let chunk: [UInt8] = [1, 0]
    var section = SectionRecord(layout: .bytes, elementCount: 1 << 27, chunkElements: 1 << 18)
    section.chunkLengths = Array(repeating: 2, count: section.chunkCount)
    section.chunkChecksums = Array(
      repeating: chunk.withUnsafeBytes { crc32(of: $0) }, count: section.chunkCount)
    let bomb = Assembly(
      sections: [section], chunks: Array(repeating: chunk, count: section.chunkCount))
    let container = try bomb.bytes()
    #expect(container.count < 8192)
    #expect(throws: SparseContainerError.tooLarge("the structure")) { try read(container) }
  }

  @Test("Many holes of one tensor may not make a file larger than the limit")
  func largeFiles() throws {
    let chunk: [UInt8] = [1] + [UInt8](repeating: 0, count: 8)
    var section = SectionRecord(layout: .float64, elementCount: 1 << 26, chunkElements: 1 << 18)
    section.chunkLengths = Array(repeating: 9, count: section.chunkCount)
    section.chunkChecksums = Array(
      repeating: chunk.withUnsafeBytes { crc32(of: $0) }, count: section.chunkCount)
    let shape = try #require(Shape([1 << 26]))
    let tensor = TensorRecord(
      name: "w", elementType: .float64, shape: shape, section: 1, firstElement: 0)
    let holes = Limits.decodedBytes / section.byteCount + 1
    let literal = rawSection([8], layout: .bytes, chunkElements: 1)
    let bomb = Assembly(
      sections: [literal.record, section],
      chunks: literal.chunks + Array(repeating: chunk, count: section.chunkCount),
      tensors: [tensor], runs: Array(repeating: 0, count: holes),
      holes: Array(repeating: 0, count: holes))
    let container = try bomb.bytes()
    #expect(throws: SparseContainerError.tooLarge("the size of the files")) {
      try read(container)
    }
  }

  @Test("Names from the file cannot steer a terminal")
  func escapedNames() throws {
    var assembly = try Assembly(of: DamageTests.container)
    assembly.index.tensors[0].name = "\u{1B}[31m\nw"
    assembly.index.tensors[0].section = 9
    let container = try assembly.bytes()
    let error = #expect(throws: SparseContainerError.self) { try read(container) }
    #expect(error?.description.contains("\\u{1b}[31m\\u{a}w") == true)
  }
}
