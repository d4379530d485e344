internal import ByteStorage
internal import Inference
internal import ModelGraph

/// Values of a network for all samples, chunk by chunk, outside of memory.
final class ActivationStore {
  /// One value of a chunk, and where its elements stand.
  private struct Entry {
    let elementType: ElementType
    let shape: Shape
    let offset: Int
    let byteCount: Int
  }

  private let file: ScratchFile
  private var chunks: [[ByteString: Entry]] = []

  /// Makes an empty store.
  ///
  /// Throws `FileError.cannotCreate`.
  init() throws {
    file = try ScratchFile()
  }

  /// How many chunks there are.
  var chunkCount: Int { chunks.count }

  /// Adds the values of the next chunk.
  ///
  /// Throws `FileError` when there is no room.
  func append(_ values: [ByteString: NumericArray]) throws {
    var entries: [ByteString: Entry] = [:]
    for (name, array) in values.sorted(by: { $0.key < $1.key }) {
      entries[name] = Entry(
        elementType: array.elementType, shape: array.shape, offset: file.byteCount,
        byteCount: array.contents.count)
      try array.contents.withUnsafeBytes { try file.append($0) }
    }
    chunks.append(entries)
  }

  /// A value of a chunk; nil when there is none of that name.
  ///
  /// Throws `FileError` when it cannot be read.
  func value(_ name: ByteString, ofChunk chunk: Int) throws -> NumericArray? {
    guard let entry = chunks[chunk][name] else { return nil }
    let bytes = try [UInt8](unsafeUninitializedCapacity: entry.byteCount) { buffer, count in
      try file.read(at: entry.offset, into: UnsafeMutableRawBufferPointer(buffer))
      count = entry.byteCount
    }
    return NumericArray(elementType: entry.elementType, shape: entry.shape, contents: bytes)
  }

  /// The type of a value; nil when there is none of that name.
  func elementType(of name: ByteString) -> ElementType? {
    chunks.first?[name]?.elementType
  }
}
