internal import ByteStorage
internal import SparseCoding

/// The index as it stands in the file: coded like a tensor of bytes, a piece after the other.
enum CodedIndex {
  private static let pieceSize = Limits.chunkElements
  private static let lengthSize = 4

  /// How long an index may be that takes so many bytes in the file: a small file may not ask for much
  /// memory.
  ///
  /// Those of tens of thousands of tensors compress to a sixth.
  static func maximumLength(stored: UInt64) -> UInt64 {
    min(UInt64(Limits.indexBytes), 1 << 20 + 16 * min(stored, UInt64(Limits.indexBytes)))
  }

  /// Codes the pieces.
  static func encode(_ bytes: [UInt8]) throws -> [UInt8] {
    let coder = ChunkCoder(level: .balanced)
    var coded: [UInt8] = []
    try bytes.withUnsafeBytes { all in
      for start in stride(from: 0, to: all.count, by: pieceSize) {
        let piece = UnsafeRawBufferPointer(rebasing: all[start..<min(start + pieceSize, all.count)])
        let chunk = try coder.encode(piece, layout: .bytes, hints: [.text])
        withUnsafeBytes(of: UInt32(chunk.count).littleEndian) { coded.append(contentsOf: $0) }
        coded += chunk
      }
    }
    return coded
  }

  /// Decodes the pieces of an index of `byteCount` bytes.
  static func decode(_ stored: [UInt8], byteCount: Int) throws -> [UInt8] {
    let coder = ChunkCoder(level: .balanced)
    return try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      let output = UnsafeMutableRawBufferPointer(buffer)
      try stored.withUnsafeBytes { input in
        var rest = input[...]
        for start in stride(from: 0, to: byteCount, by: pieceSize) {
          let piece = try nextPiece(of: &rest)
          let target = output[start..<min(start + pieceSize, byteCount)]
          try coder.decode(
            piece, layout: .bytes, into: UnsafeMutableRawBufferPointer(rebasing: target))
        }
        guard rest.isEmpty else { throw SparseContainerError.broken("bytes behind its last piece") }
      }
      count = byteCount
    }
  }

  private static func nextPiece(
    of rest: inout Slice<UnsafeRawBufferPointer>
  ) throws(SparseContainerError) -> UnsafeRawBufferPointer {
    guard rest.count >= lengthSize else { throw .broken("a piece of it is missing") }
    let length = Int(
      UInt32(
        littleEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: UInt32.self)))
    rest = rest.dropFirst(lengthSize)
    guard length <= rest.count else { throw .broken("a piece of it is missing") }
    defer { rest = rest.dropFirst(length) }
    return UnsafeRawBufferPointer(rebasing: rest.prefix(length))
  }
}
