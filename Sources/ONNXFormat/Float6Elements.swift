internal import ByteStorage

/// Elements of six bits packed from a source that has a byte for each.
///
/// Packed means a stream of bits, lowest first: four elements in three bytes.
struct Float6Elements: ByteSource {
  let base: any ByteSource

  var byteCount: Int { Self.packedSize(of: base.byteCount) }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard !buffer.isEmpty else { return }
    let first = offset * 8 / 6
    let end = min((((offset + buffer.count) * 8) + 5) / 6, base.byteCount)
    let elements = try base.bytes(in: first..<end)
    for index in 0..<buffer.count {
      let bit = (offset + index) * 8
      let element = bit / 6 - first
      var bits: UInt32 = 0
      for (place, value) in elements[element...].prefix(3).enumerated() {
        bits |= UInt32(value & 0x3F) << UInt32(6 * place)
      }
      buffer[index] = UInt8(truncatingIfNeeded: bits >> UInt32(bit % 6))
    }
  }

  private static func packedSize(of count: Int) -> Int {
    let (groups, rest) = count.quotientAndRemainder(dividingBy: 4)
    return groups * 3 + (rest * 6 + 7) / 8
  }

  /// A byte for each of `count` elements of a packed source.
  static func unpacked(_ packed: [UInt8], count: Int) -> [UInt8] {
    (0..<count).map { element in
      let bit = element * 6
      let low = UInt32(packed[bit / 8])
      let high = bit / 8 + 1 < packed.count ? UInt32(packed[bit / 8 + 1]) : 0
      return UInt8(truncatingIfNeeded: (low | high << 8) >> UInt32(bit % 8)) & 0x3F
    }
  }
}
