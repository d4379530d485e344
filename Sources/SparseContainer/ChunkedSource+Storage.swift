public import ByteStorage
internal import SparseCoding
internal import Synchronization

/// How contents stand in a container.
public struct StoredForm: Hashable, Sendable {
  /// Bytes in the file; the fair part of them where several tensors share a chunk.
  public let byteCount: Int
  /// The names of the encodings of the chunks, each once, in the order of their numbers.
  public let encodings: [String]
  /// The name of the shard they stand in; nil when it is the container itself.
  public let shard: ByteString?
  /// Where the bytes begin in that file, when they stand there as they are.
  public let offset: Int?
}

/// Contents that stand in a container.
public protocol StoredContents: ByteSource {
  /// How they stand there.
  ///
  /// - Throws: what reading the file throws.
  func storedForm() throws -> StoredForm
}

extension TransposedSource: StoredContents where Base: StoredContents {
  /// That of the other matrix, which is the one that stands there.
  func storedForm() throws -> StoredForm { try base.storedForm() }
}

extension ChunkedSource {
  /// How these contents stand in the container.
  ///
  /// The encodings are those of the whole section, whose chunks are looked at once, however many
  /// tensors share it.
  ///
  /// - Throws: what reading the file throws.
  func storedForm() throws -> StoredForm {
    guard !range.isEmpty else {
      return StoredForm(byteCount: 0, encodings: [], shard: container.shardName, offset: nil)
    }
    let record = container.index.sections[section]
    let chunkBytes = record.chunkElements * record.layout.width
    let chunks = range.lowerBound / chunkBytes...(range.upperBound - 1) / chunkBytes
    let whole =
      chunks.lowerBound
      * chunkBytes..<min(
        (chunks.upperBound + 1) * chunkBytes, record.byteCount)
    let stored =
      container.stored(chunk: chunks.upperBound, of: section).upperBound
      - container.stored(chunk: chunks.lowerBound, of: section).lowerBound
    let share = Double(range.count) / Double(whole.count)
    return StoredForm(
      byteCount: Int((share * Double(stored)).rounded()),
      encodings: try container.encodings(ofSection: section), shard: container.shardName,
      offset: record.isPlain
        ? container.stored(chunk: 0, of: section).lowerBound + range.lowerBound : nil)
  }
}

extension Container {
  /// The names of the encodings of a section's chunks, each once, in the order of their numbers.
  func encodings(ofSection section: Int) throws -> [String] {
    if let known = knownEncodings.withLock({ $0[section] }) { return known }
    if index.sections[section].isPlain { return ["plain"] }
    var numbers: Set<UInt8> = []
    for chunk in 0..<index.sections[section].chunkCount {
      let start = stored(chunk: chunk, of: section).lowerBound
      numbers.formUnion(try file.bytes(in: start..<start + 1))
    }
    let names = numbers.sorted().map { number in
      SparseEncodings.all.first { $0.id.rawValue == number }?.name ?? "encoding \(number)"
    }
    knownEncodings.withLock { $0[section] = names }
    return names
  }
}
