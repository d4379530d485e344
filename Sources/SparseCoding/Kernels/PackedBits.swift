internal import CKernels

/// Bytes of which only the lowest bits are used, without the others.
struct PackedBits {
  /// How many bits of each byte count: 1 to 8.
  let width: Int
  let kernels: KernelPath

  /// Writes the bits of all bytes one after the other, the lowest first.
  ///
  /// Up to eight bytes behind the packed ones are written.
  func pack(_ bytes: UnsafeRawBufferPointer, into packed: UnsafeMutableRawBufferPointer) {
    guard let source = bytes.baseAddress, let target = packed.baseAddress else { return }
    let done = packed_bits_pack(
      kernels.selector, UInt32(width), source.assumingMemoryBound(to: UInt8.self), bytes.count,
      target.assumingMemoryBound(to: UInt8.self))
    for group in done..<bytes.count / 8 {
      let word = source.loadUnaligned(fromByteOffset: group &* 8, as: UInt64.self)
      target.storeBytes(
        of: gathered(word.littleEndian).littleEndian, toByteOffset: group &* width,
        as: UInt64.self)
    }
    guard bytes.count % 8 > 0 else { return }
    var last: UInt64 = 0
    for place in 0..<bytes.count % 8 {
      last |= UInt64(bytes[bytes.count / 8 * 8 + place]) << UInt64(8 * place)
    }
    target.storeBytes(
      of: gathered(last).littleEndian, toByteOffset: bytes.count / 8 * width, as: UInt64.self)
  }

  /// The way back from `pack`, which fills `bytes`.
  func unpack(_ packed: UnsafeRawBufferPointer, into bytes: UnsafeMutableRawBufferPointer) {
    guard let source = packed.baseAddress, let target = bytes.baseAddress else { return }
    // Groups of eight that are whole and whose bits have eight bytes to be read from.
    let whole = min(bytes.count / 8, max(0, (packed.count - 8 + width) / width))
    let done = packed_bits_unpack(
      kernels.selector, UInt32(width), source.assumingMemoryBound(to: UInt8.self), packed.count,
      target.assumingMemoryBound(to: UInt8.self), bytes.count)
    for group in min(done, whole)..<whole {
      let word = source.loadUnaligned(fromByteOffset: group &* width, as: UInt64.self)
      target.storeBytes(
        of: spread(word.littleEndian).littleEndian, toByteOffset: group &* 8, as: UInt64.self)
    }
    for index in whole * 8..<bytes.count {
      let (byte, bit) = (index * width / 8, index * width % 8)
      let next = byte + 1 < packed.count ? UInt16(packed[byte + 1]) << 8 : 0
      let bits = (UInt16(packed[byte]) | next) >> UInt16(bit)
      bytes[index] = UInt8(truncatingIfNeeded: bits & (1 << UInt16(width) - 1))
    }
  }

  /// Eight bytes' bits at the low end, by pairs of bytes, of pairs, of fours.
  private func gathered(_ bytes: UInt64) -> UInt64 {
    let width = UInt64(truncatingIfNeeded: width)
    var word = bytes
    word = word & 0x00FF_00FF_00FF_00FF | (word &>> 8 & 0x00FF_00FF_00FF_00FF) &<< width
    word = word & 0x0000_FFFF_0000_FFFF | (word &>> 16 & 0x0000_FFFF_0000_FFFF) &<< (2 &* width)
    return word & 0xFFFF_FFFF | (word &>> 32) &<< (4 &* width)
  }

  private func spread(_ bits: UInt64) -> UInt64 {
    let width = UInt64(truncatingIfNeeded: width)
    func low(_ count: UInt64) -> UInt64 { (1 &<< count) &- 1 }
    var word = bits
    word = word & low(4 &* width) | (word &>> (4 &* width) & low(4 &* width)) &<< 32
    let pairs = low(2 &* width) &* 0x1_0000_0001
    word = word & pairs | (word &>> (2 &* width) & pairs) &<< 16
    let bytes = low(width) &* 0x0001_0001_0001_0001
    return word & bytes | (word &>> width & bytes) &<< 8
  }
}
