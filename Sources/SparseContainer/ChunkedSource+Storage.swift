internal import ByteStorage
internal import SparseCoding

/// How contents stand in a container.
public struct StoredForm: Hashable, Sendable {
  /// Bytes in the file; the fair part of them where several tensors share a chunk.
  public let byteCount: Int
  /// The names of the encodings of the chunks, each once, in the order of their numbers.
  public let encodings: [String]
}

extension ChunkedSource {
  /// How these contents stand in the container; reads the first byte of each chunk.
  ///
  /// - Throws: what reading the file throws.
  public func storedForm() throws -> StoredForm {
    let record = container.index.sections[section]
    guard !range.isEmpty else { return StoredForm(byteCount: 0, encodings: []) }
    let chunkBytes = record.chunkElements * record.layout.width
    var numbers: Set<UInt8> = []
    var stored = 0.0
    for chunk in range.lowerBound / chunkBytes...(range.upperBound - 1) / chunkBytes {
      let whole = chunk * chunkBytes..<min((chunk + 1) * chunkBytes, record.byteCount)
      let place = container.stored(chunk: chunk, of: section)
      let share = Double(range.clamped(to: whole).count) / Double(whole.count)
      stored += share * Double(place.count)
      numbers.formUnion(try container.file.bytes(in: place.lowerBound..<place.lowerBound + 1))
    }
    let names = numbers.sorted().map { number in
      SparseEncodings.all.first { $0.id.rawValue == number }?.name ?? "encoding \(number)"
    }
    return StoredForm(byteCount: Int(stored.rounded()), encodings: names)
  }
}
