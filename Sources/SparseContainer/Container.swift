internal import ByteStorage
internal import ModelGraph
internal import SparseCoding
internal import Synchronization

/// An open container: its index, and chunks decoded when asked for.
final class Container: Sendable {
  let file: any ByteSource
  let index: ContainerIndex
  /// The name of a shard; nil when the file is the one that was asked for.
  let shardName: ByteString?
  /// The containers that hold sections of this one, in the order of the index.
  private let shards: [Container]
  /// For each section, what it is in the container that holds its chunks.
  private let homes: [Int]
  /// Of the stored index; in a shard it says that the shard is the one that was meant.
  private let indexChecksum: UInt32
  /// Chunks that several small tensors share.
  let cache = RecentBytes<ChunkKey>(capacity: 8)
  /// Parts of transposed matrices.
  let slabs = RecentBytes<SlabKey>(capacity: 2)
  /// For each section, where its chunks start in the file, and where the last one ends.
  private let chunkOffsets: [[Int]]
  private let coders = Mutex<[SendableCoder]>([])
  /// The encodings of sections that somebody asked for.
  let knownEncodings = Mutex<[Int: [String]]>([:])

  /// Reads and checks everything but the chunks, of shards too.
  convenience init(
    _ file: any ByteSource,
    openShard: (ByteString) throws -> any ByteSource = { throw SparseContainerError.noFolder($0) }
  ) throws {
    try self.init(file, shardName: nil) { index in
      guard index.document != nil else { throw SparseContainerError.shardAlone }
      return try index.shards.map { record in
        let shard = try openShard(record.name)
        return try SparseContainerError.naming(record) { try Container(record, in: shard) }
      }
    }
  }

  /// Opens a shard.
  private convenience init(_ record: ShardRecord, in file: any ByteSource) throws {
    let other = SparseContainerError.broken("it is of another model")
    try self.init(file, shardName: record.name) { index in
      guard index.document == nil else { throw other }
      return []
    }
    guard file.byteCount == record.byteCount, indexChecksum == record.indexChecksum else {
      throw other
    }
  }

  private init(
    _ file: any ByteSource, shardName: ByteString?,
    open: (ContainerIndex) throws -> [Container]
  ) throws {
    self.shardName = shardName
    let size = file.byteCount
    let start = try file.bytes(in: 0..<min(size, Header.size))
    try Header.check(start)
    guard size >= Header.size + Footer.size else { throw SparseContainerError.truncated }
    let footer = try Footer(file.bytes(in: size - Footer.size..<size), fileSize: size)
    index = try Self.index(of: file, footer)
    try index.validate(dataBytes: Int(footer.indexOffset) - Header.size)
    indexChecksum = footer.indexChecksum
    self.file = file
    shards = try open(index)
    homes = try Self.homes(of: index.sections, in: shards)
    var offset = Header.size
    chunkOffsets = try index.sections.map { section in
      try Self.checkGap(in: file, at: offset, of: section.gap)
      offset += section.gap
      let starts = (0..<(section.shard == 0 ? section.chunkCount : 0)).map { chunk in
        defer { offset += section.storedLength(ofChunk: chunk) }
        return offset
      }
      return starts + [offset]
    }
  }

  /// The sections that a shard holds are those of the index that name it, in their order.
  private static func homes(of sections: [SectionRecord], in shards: [Container]) throws -> [Int] {
    var next = [Int](repeating: 0, count: shards.count)
    let homes = try sections.enumerated().map { number, section in
      guard section.shard > 0 else { return number }
      let (home, shard) = (next[section.shard - 1], shards[section.shard - 1])
      next[section.shard - 1] += 1
      guard home < shard.index.sections.count, shard.index.sections[home].isOf(section) else {
        throw SparseContainerError.broken("section \(number) is another in its shard")
      }
      return home
    }
    guard zip(next, shards).allSatisfy({ $0 == $1.index.sections.count }) else {
      throw SparseContainerError.broken("a shard with sections of no use")
    }
    return homes
  }

  /// The container that holds the chunks of a section, and what the section is in it.
  func home(ofSection section: Int) -> (container: Container, section: Int) {
    let shard = index.sections[section].shard
    return (shard == 0 ? self : shards[shard - 1], homes[section])
  }

  private static func checkGap(in file: any ByteSource, at offset: Int, of size: Int) throws {
    guard try file.bytes(in: offset..<offset + size).allSatisfy({ $0 == 0 }) else {
      throw SparseContainerError.broken("a gap that is not filled with zeros")
    }
  }

  private static func index(of file: any ByteSource, _ footer: Footer) throws -> ContainerIndex {
    let start = Int(footer.indexOffset)
    let stored = try file.bytes(in: start..<start + Int(footer.indexStoredLength))
    guard stored.withUnsafeBytes({ crc32(of: $0) }) == footer.indexChecksum else {
      throw SparseContainerError.damaged("index")
    }
    return try ContainerIndex(
      message: CodedIndex.decode(stored, byteCount: Int(footer.indexLength)))
  }

  /// Where a chunk stands in the file.
  func stored(chunk: Int, of section: Int) -> Range<Int> {
    chunkOffsets[section][chunk]..<chunkOffsets[section][chunk + 1]
  }

  /// Decodes one chunk into a buffer of exactly its size.
  func decode(
    chunk: Int, of section: Int, into buffer: UnsafeMutableRawBufferPointer, tensor: ByteString
  ) throws {
    let record = index.sections[section]
    func check(_ bytes: UnsafeRawBufferPointer) throws {
      guard crc32(of: bytes) == record.chunkChecksums[chunk] else {
        throw SparseContainerError.badChunk(
          tensor: tensor, chunk: chunk, reason: "it is damaged: its checksum does not match")
      }
    }
    let place = stored(chunk: chunk, of: section)
    if record.isPlain {
      try file.read(at: place.lowerBound, into: buffer)
      return try check(UnsafeRawBufferPointer(buffer))
    }
    let coded = try file.bytes(in: place)
    try coded.withUnsafeBytes { bytes in
      try check(bytes)
      let coder = coders.withLock { $0.popLast() } ?? SendableCoder()
      defer { coders.withLock { $0.append(coder) } }
      do {
        try coder.coder.decode(bytes, layout: record.layout, into: buffer)
      } catch {
        throw SparseContainerError.badChunk(tensor: tensor, chunk: chunk, reason: "\(error)")
      }
    }
  }
}

/// A coder on its way from one thread to another; only the one that took it from the list uses it.
private struct SendableCoder: @unchecked Sendable {
  let coder = ChunkCoder(level: .balanced)
}
