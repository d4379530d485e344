internal import ByteStorage
internal import SparseCoding

/// The contents of a tensor inside a container: read and decoded a chunk at a time, when asked for.
struct ChunkedSource: StoredContents {
  let container: Container
  let section: Int
  /// The bytes of the section that this is.
  let range: Range<Int>
  let name: ByteString

  /// How many bytes there are.
  var byteCount: Int { range.count }

  /// One chunk, for contents that start where a chunk does; several where they are tiny.
  var preferredReadSize: Int {
    max(1, Self.leastReadSize / chunkBytes) * chunkBytes
  }

  private static let leastReadSize = 1 << 18

  private var chunkBytes: Int {
    let record = container.index.sections[section]
    return record.chunkElements * record.layout.width
  }

  /// Decodes the chunks that the range touches.
  ///
  /// - Throws: `SparseContainerError.badChunk` when a chunk is damaged.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let sectionBytes = container.index.sections[section].byteCount
    var done = 0
    while done < buffer.count {
      let position = range.lowerBound + offset + done
      let chunk = position / chunkBytes
      let start = chunk * chunkBytes
      let end = min(start + chunkBytes, sectionBytes)
      let length = min(end - position, buffer.count - done)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + length])
      if length == end - start {
        try container.decode(chunk: chunk, of: section, into: target, tensor: name)
      } else {
        let bytes = try decoded(chunk: chunk, byteCount: end - start)
        bytes.withUnsafeBytes {
          target.copyMemory(
            from: UnsafeRawBufferPointer(rebasing: $0[(position - start)...].prefix(length)))
        }
      }
      done += length
    }
  }

  private func decoded(chunk: Int, byteCount: Int) throws -> [UInt8] {
    try container.cache.bytes(of: ChunkKey(section: section, chunk: chunk)) {
      try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
        try container.decode(
          chunk: chunk, of: section, into: UnsafeMutableRawBufferPointer(buffer), tensor: name)
        count = byteCount
      }
    }
  }
}

/// A chunk of one of the sections.
struct ChunkKey: Hashable {
  let section: Int
  let chunk: Int
}
