internal import ByteStorage
internal import Inference
internal import ModelGraph

/// Values of a network for all samples, chunk by chunk: a few in memory, the others in a file.
final class ActivationStore {
  /// One value of a chunk.
  private enum Entry {
    case held(NumericArray)
    case stored(Place)

    var elementType: ElementType {
      switch self {
      case .held(let array): array.elementType
      case .stored(let place): place.elementType
      }
    }
  }

  /// Where the elements of a value stand.
  private struct Place {
    let file: ScratchFile
    let elementType: ElementType
    let shape: Shape
    let offset: Int
    let byteCount: Int
  }

  private let file: ScratchFile
  /// How many bytes may still be held in memory.
  private var room: Int
  private var chunks: [[ByteString: Entry]] = []

  /// Makes an empty store that holds so many bytes in memory at most.
  ///
  /// Throws `FileError.cannotCreate`.
  init(mostHeld: Int = 24 << 20) throws {
    room = mostHeld
    file = try ScratchFile()
  }

  /// How many chunks there are.
  var chunkCount: Int { chunks.count }

  /// Adds the values of the next chunk.
  ///
  /// Throws `FileError` when there is no room.
  func append(_ values: [ByteString: NumericArray]) throws {
    try append(values, [:])
  }

  /// Adds the values of the next chunk, and some that another store has of it: they stay where they are,
  /// and their file as long as one of them is alive.
  ///
  /// Throws `FileError` when there is no room.
  func append(
    _ values: [ByteString: NumericArray], and passed: Set<ByteString>, of other: ActivationStore
  ) throws {
    try append(values, other.chunks[chunkCount].filter { passed.contains($0.key) })
  }

  private func append(
    _ values: [ByteString: NumericArray], _ passed: [ByteString: Entry]
  ) throws {
    var entries = passed
    for (name, array) in values.sorted(by: { $0.key < $1.key }) {
      entries[name] = try entry(array)
    }
    chunks.append(entries)
  }

  private func entry(_ array: NumericArray) throws -> Entry {
    if array.contents.count <= room {
      room -= array.contents.count
      return .held(array)
    }
    let place = Place(
      file: file, elementType: array.elementType, shape: array.shape, offset: file.byteCount,
      byteCount: array.contents.count)
    try array.contents.withUnsafeBytes { try file.append($0) }
    return .stored(place)
  }

  /// A value of a chunk; nil when there is none of that name.
  ///
  /// Throws `FileError` when it cannot be read.
  func value(_ name: ByteString, ofChunk chunk: Int) throws -> NumericArray? {
    switch chunks[chunk][name] {
    case nil: return nil
    case .held(let array): return array
    case .stored(let place):
      let bytes = try [UInt8](unsafeUninitializedCapacity: place.byteCount) { buffer, count in
        try place.file.read(at: place.offset, into: UnsafeMutableRawBufferPointer(buffer))
        count = place.byteCount
      }
      return NumericArray(elementType: place.elementType, shape: place.shape, contents: bytes)
    }
  }

  /// The type of a value; nil when there is none of that name.
  func elementType(of name: ByteString) -> ElementType? {
    chunks.first?[name]?.elementType
  }
}
