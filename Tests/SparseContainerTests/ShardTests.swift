import ByteStorage
import ModelGraph
import SparseCoding
import TestSupport
import Testing

@testable import SparseContainer

/// Containers in memory: the first, and its shards by name.
private struct Files {
  var first: [UInt8]
  var shards: [ByteString: [UInt8]]

  init(_ model: Model, shardSize: Int, layout: ContainerLayout = .packed) throws {
    let sink = MemorySink()
    var sinks: [ByteString: MemorySink] = [:]
    try SparseContainerFormat().write(
      model, to: sink, options: ContainerOptions(layout: layout, shardSize: shardSize),
      threads: 2,
      openShard: { number in
        let (name, shard) = (ByteString("m.shard\(number).spm"), MemorySink())
        sinks[name] = shard
        return (name, shard)
      })
    first = sink.contents
    shards = sinks.mapValues(\.contents)
  }

  func read() throws -> Model {
    try SparseContainerFormat().read(MemorySource(first)) { name in
      guard let shard = shards[name] else { throw FileError.notAFile(name.text) }
      return MemorySource(shard)
    }.model
  }
}

@Suite struct ShardTests {
  @Test("A model in shards of any size comes back", arguments: [1, 20_000, 60_000, 1 << 30])
  func roundTrip(size: Int) throws {
    let model = try Self.model()
    let files = try Files(model, shardSize: size)
    #expect(try files.read().files() == model.files())
    for bytes in [files.first] + files.shards.values {
      // A tensor of its own is all that may be too large.
      #expect(bytes.count <= max(size, 20_000))
    }
    #expect(files.shards.isEmpty == (size == 1 << 30))
  }

  @Test("Plain sections stand on pages of their shards")
  func mapped() throws {
    let model = try Self.model()
    let files = try Files(model, shardSize: 60_000, layout: .mapped)
    #expect(files.shards.count > 1)
    #expect(try files.read().files() == model.files())
  }

  @Test("Without shards a container is as it always was")
  func oneFile() throws {
    let model = try Self.model()
    #expect(try Files(model, shardSize: 1 << 30).first == model.container(level: .balanced))
  }

  @Test("A shard alone is no model")
  func alone() throws {
    let files = try Files(Self.model(), shardSize: 30_000)
    for shard in files.shards.values {
      #expect(throws: SparseContainerError.shardAlone) {
        try SparseContainerFormat().read(MemorySource(shard))
      }
    }
    #expect(throws: SparseContainerError.noFolder("m.shard1.spm")) {
      try SparseContainerFormat().read(MemorySource(files.first))
    }
  }

  @Test("A shard of another model, a damaged one and the container itself are refused")
  func otherShards() throws {
    let files = try Files(Self.model(), shardSize: 30_000)
    let other = try Files(Self.model(seed: 2), shardSize: 30_000)
    let name: ByteString = "m.shard1.spm"
    let shard = try #require(files.shards[name])
    for (bytes, failure) in [
      (other.shards[name], SparseContainerError.broken("it is of another model")),
      (files.shards["m.shard2.spm"], .broken("it is of another model")),
      (files.first, .broken("it is of another model")),
      (shard.dropLast(), .truncated),
      ([0x88] + shard.dropFirst(), .notAContainer("it does not begin like one")),
    ] {
      var changed = files
      changed.shards[name] = bytes
      #expect(throws: SparseContainerError.shard(name, failure)) { try changed.read() }
    }
  }

  @Test("Every bit flip of a shard's index and every damaged chunk is an error")
  func damage() throws {
    var files = try Files(Self.model(), shardSize: 60_000)
    let shard = try #require(files.shards["m.shard1.spm"])
    for place in stride(from: 16, to: shard.count, by: 97) {
      files.shards["m.shard1.spm"]?[place] ^= 1 << UInt8(place % 8)
      #expect(throws: (any Error).self, "\(place)") { try files.read().files() }
      files.shards["m.shard1.spm"] = shard
    }
  }

  @Test("Rules of shards", arguments: changes.indices)
  func rules(number: Int) throws {
    let (change, expected) = Self.changes[number]
    let files = try Files(Self.model(), shardSize: 30_000)
    var index = try Container(MemorySource(files.first)) { name in
      MemorySource(files.shards[name] ?? [])
    }.index
    change(&index)
    #expect(throws: SparseContainerError.broken(expected)) {
      try index.validate(dataBytes: Self.dataBytes(index))
    }
  }

  static let changes: [(change: @Sendable (inout ContainerIndex) -> Void, reason: String)] = [
    ({ $0.shards[0].name = "a/b" }, "the shard \"a/b\" leaves the container's folder"),
    ({ $0.shards[0].name = ".." }, "the shard \"..\" leaves the container's folder"),
    ({ $0.shards[0].name = "" }, "the shard \"\" leaves the container's folder"),
    ({ $0.shards[1].name = $0.shards[0].name }, "two shards of one name"),
    ({ $0.shards = [] }, "shard 1 of too few"),
    ({ $0.document = nil }, "7 shards of a shard"),
    (
      { index in
        for section in index.sections.indices where index.sections[section].shard > 0 {
          index.sections[section].gap = 1
        }
      }, "chunks of a section that stands in a shard"
    ),
    (
      { index in
        for section in index.sections.indices where index.sections[section].shard > 0 {
          index.files[0].literalSection = section
          index.sections[section].layout = .bytes
          for tensor in index.tensors.indices { index.tensors[tensor].elementType = .bool }
        }
        index.tensors = []
      }, "a file without literal bytes"
    ),
  ]

  private static func dataBytes(_ index: ContainerIndex) -> Int {
    index.sections.filter { $0.shard == 0 }.reduce(0) { sum, section in
      sum + section.gap
        + section.chunkLengths.indices.reduce(0) { $0 + section.storedLength(ofChunk: $1) }
    }
  }

  /// Eight weights of 12 KB that do not shrink.
  private static func model(seed: UInt64 = 1) throws -> Model {
    var generator = SeededGenerator(seed: seed)
    let tensors = (0..<8).map { number in
      let noise = (0..<12_288).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return NamedTensor("w\(number)", dims: [48, 64], noise)
    }
    return try SparseContainerTests.model(of: onnx(tensors))
  }
}
