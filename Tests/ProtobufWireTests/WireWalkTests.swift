import ByteStorage
import CSchemas
import ProtobufWire
import TestSupport
import Testing

@Suite struct WireWalkTests {
  /// A model with one tensor of the given raw bytes.
  private static func model(raw: [UInt8], before: Int = 0) -> [UInt8] {
    WireBytes { model in
      model.int(1, 8)
      model.message(Fixture.graph) { graph in
        graph.data(10, [UInt8](repeating: 0x20, count: before))
        graph.message(Fixture.initializer) { tensor in
          tensor.int(1, 4)
          tensor.data(Fixture.rawData, raw)
          tensor.text(8, "weight")
        }
      }
      model.text(2, "test")
    }.bytes
  }

  private func scan(_ bytes: [UInt8], minimumHole: Int = 64) throws -> WireScan {
    var visitor = HandleVisitor()
    return try walk(
      .file(MemorySource(bytes), minimumHole: minimumHole), schema: Fixture.schema,
      visitor: &visitor)
  }

  @Test(arguments: [64, 100, 300, 20_000]) func longValueBecomesAHole(size: Int) throws {
    let raw = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let bytes = Self.model(raw: raw)
    let scan = try scan(bytes)
    let hole = try #require(scan.holes.first)
    #expect(scan.holes.count == 1)
    #expect(Array(bytes[hole.offset..<hole.offset + hole.byteCount]) == raw)
    #expect(
      scan.literal[..<hole.position] + raw + scan.literal[hole.position...] == bytes[...])
    let handle = Array(HandleVisitor.handle(0, number: Fixture.rawData)[2...])
    #expect(scan.message == Self.model(raw: handle))
  }

  @Test func shortValueStaysAmongTheBytesKept() throws {
    let bytes = Self.model(raw: [1, 2, 3])
    let scan = try scan(bytes)
    #expect(scan.holes.isEmpty)
    #expect(scan.literal == bytes)
    #expect(scan.message == Self.model(raw: [0, 0, 0, 0, 0, 0, 0, 0]))
  }

  @Test(arguments: [0, 1, 4090, 4096, 20_000, 262_140, 300_000])
  func windowMayEndAnywhere(before: Int) throws {
    let raw = [UInt8](repeating: 0xEE, count: 5000)
    let source = WatchedSource(Self.model(raw: raw, before: before))
    var visitor = HandleVisitor()
    let scan = try walk(
      .file(source, minimumHole: 64), schema: Fixture.schema, visitor: &visitor)
    #expect(scan.message == Self.model(raw: [0, 0, 0, 0, 0, 0, 0, 0], before: before))
    #expect(visitor.fields.first?.byteCount == 5000)
  }

  @Test func holesOfTemplatesAreNeverRead() throws {
    let raw = [UInt8](repeating: 0xEE, count: 100)
    let bytes = Self.model(raw: raw)
    let expected = try scan(bytes)
    let hole = try #require(expected.holes.first)
    let range = hole.offset..<hole.offset + hole.byteCount
    let source = WatchedSource(bytes)
    var visitor = HandleVisitor()
    let scan = try walk(
      .template(source, holes: [range]), schema: Fixture.schema, visitor: &visitor)
    #expect(scan.literal == expected.literal)
    #expect(scan.message == expected.message)
    #expect(scan.holes == expected.holes)
    #expect(!source.wasRead(in: range))
  }

  @Test(arguments: [0..<10, 20..<30, 21..<121, 20..<121, 130..<133])
  func holeThatIsNoValueIsRefused(range: Range<Int>) throws {
    let bytes = Self.model(raw: [UInt8](repeating: 0xEE, count: 100))
    let known = try #require(try scan(bytes).holes.first)
    try #require(range != known.offset..<known.offset + known.byteCount)
    var visitor = HandleVisitor()
    #expect(throws: WireError.self) {
      _ = try walk(
        .template(MemorySource(bytes), holes: [range]), schema: Fixture.schema, visitor: &visitor)
    }
  }

  @Test(arguments: [64, 127, 128, 5000]) func writingIsReadingBackwards(size: Int) throws {
    let bytes = Self.model(raw: [UInt8](repeating: 9, count: size))
    let read = try scan(bytes)
    var visitor = HoleVisitor(sizes: [size])
    let written = try walk(.memory(read.message), schema: Fixture.schema, visitor: &visitor)
    #expect(written.message == read.literal)
    #expect(written.messageHoles == read.holes)
  }

  @Test func groupsAreKeptInTheBytesButNotInTheMessage() throws {
    let group = WireBytes { group in
      group.tag(100, 3)
      group.int(1, 5)
      group.tag(7, 3)
      group.data(3, [1, 2, 3])
      group.tag(7, 4)
      group.tag(100, 4)
    }.bytes
    func model(_ extra: [UInt8]) -> [UInt8] {
      WireBytes { model in
        model.raw(extra)
        model.message(Fixture.graph) { graph in
          graph.text(2, "g")
          graph.raw(extra)
        }
      }.bytes
    }
    let scan = try check(model(group), schema: Fixture.schema)
    #expect(scan.literal == model(group))
    #expect(scan.message == model([]))
    #expect(Set(scan.unknownFields.map(\.number)) == [100])
  }

  @Test func unknownValuesStayInTheMessage() throws {
    let bytes = WireBytes { model in
      model.int(99, -1)
      model.data(98, [1, 2])
      model.tag(97, 5)
      model.raw([1, 2, 3, 4])
      model.tag(96, 1)
      model.raw([1, 2, 3, 4, 5, 6, 7, 8])
    }.bytes
    let scan = try check(bytes, schema: Fixture.schema)
    #expect(scan.message == bytes)
    #expect(scan.unknownFields.map(\.number) == [99, 98, 97, 96])
  }

  @Test func nothingIsDetachedInsideOfWholeFields() throws {
    let bytes = WireBytes { model in
      model.message(25) { function in
        function.message(11) { attribute in
          attribute.message(5) { $0.data(Fixture.rawData, [UInt8](repeating: 1, count: 200)) }
        }
      }
    }.bytes
    let scan = try scan(bytes)
    #expect(scan.holes.isEmpty)
    #expect(scan.message == bytes)
  }

  @Test func elementsWithTagsOfTheirOwnAreDetachedOneByOne() throws {
    let bytes = WireBytes { model in
      model.message(Fixture.graph) { graph in
        graph.message(Fixture.initializer) { tensor in
          tensor.int(5, 300)
          tensor.int(5, -1)
          tensor.tag(4, 5)
          tensor.raw(littleEndian([1.5]))
        }
      }
    }.bytes
    var visitor = HandleVisitor()
    let scan = try walk(
      .file(MemorySource(bytes), minimumHole: 1), schema: Fixture.schema, visitor: &visitor)
    #expect(visitor.fields.map(\.isDelimited) == [false, false, false])
    #expect(visitor.fields.map { Array(scan.literal[$0.content]) }[2] == littleEndian([1.5]))
    #expect(scan.holes.isEmpty)
  }

  /// Nests messages at random and keeps what a walk must make of them.
  private static func randomGraph(
    _ generator: inout SeededGenerator, depth: Int, handles: inout Int
  ) -> (full: [UInt8], stripped: [UInt8]) {
    var full = WireBytes()
    var stripped = WireBytes()
    for _ in 0..<Int.random(in: 0...3, using: &generator) {
      let size = Int.random(in: 0...400, using: &generator)
      let name = String(repeating: "n", count: size / 3)
      switch Int.random(in: 0...2, using: &generator) {
      case 0:
        full.message(Fixture.initializer) { $0.data(9, .init(repeating: 7, count: size)) }
        stripped.message(Fixture.initializer) { $0.raw(HandleVisitor.handle(handles, number: 9)) }
        handles += 1
      case 1 where depth > 0:
        let inner = randomGraph(&generator, depth: depth - 1, handles: &handles)
        full.message(Fixture.node) { $0.message(5) { $0.data(6, inner.full) } }
        stripped.message(Fixture.node) { $0.message(5) { $0.data(6, inner.stripped) } }
      default:
        full.text(2, name)
        stripped.text(2, name)
      }
    }
    return (full.bytes, stripped.bytes)
  }

  @Test(arguments: 0..<40) func lengthsOfNestedMessagesAreAdjusted(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var handles = 0
    let graph = Self.randomGraph(&generator, depth: 6, handles: &handles)
    let full = WireBytes { $0.data(Fixture.graph, graph.full) }.bytes
    #expect(try scan(full).message == WireBytes { $0.data(Fixture.graph, graph.stripped) }.bytes)
  }
}
