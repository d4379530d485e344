internal import ByteStorage
internal import ModelGraph

/// What the elements of a tensor are like.
struct ContentStatistics: Sendable {
  /// Counting different elements stops here.
  static let mostDistinct = 1 << 16

  /// Elements that are zero: +0 and -0 for floats.
  private(set) var zeros = 0
  /// Different elements, by their bits; `mostDistinct` when there are as many or more.
  private(set) var distinct = 0

  /// Reads a tensor in pieces; nil for elements that are no whole bytes of up to 8.
  init?(of tensor: Tensor) throws {
    guard let bits = tensor.elementType.bitWidth, bits % 8 == 0, bits <= 64 else { return nil }
    switch bits {
    case 8: try self.init(tensor, UInt8.self)
    case 16: try self.init(tensor, UInt16.self)
    case 32: try self.init(tensor, UInt32.self)
    default: try self.init(tensor, UInt64.self)
    }
  }

  private init<Word: FixedWidthInteger & UnsignedInteger>(
    _ tensor: Tensor, _: Word.Type
  ) throws {
    let size = MemoryLayout<Word>.size
    let signBit = tensor.elementType.isFloat ? Word(1) << (Word.bitWidth - 1) : 0
    var seen: Set<Word> = []
    let contents = tensor.contents
    let piece = max(size, contents.preferredReadSize / size * size)
    for start in stride(from: 0, to: contents.byteCount, by: piece) {
      let bytes = try contents.bytes(in: start..<min(start + piece, contents.byteCount))
      bytes.withUnsafeBytes { buffer in
        for offset in stride(from: 0, to: buffer.count - size + 1, by: size) {
          let word = buffer.loadUnaligned(fromByteOffset: offset, as: Word.self)
          if word & ~signBit == 0 { zeros += 1 }
          if seen.count < Self.mostDistinct { seen.insert(word) }
        }
      }
    }
    distinct = seen.count
  }
}
