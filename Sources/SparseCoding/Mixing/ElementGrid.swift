/// Where the bytes of a plane belong: one for each element of a chunk, or for some of them.
struct ElementGrid {
  let geometry: RowGeometry
  /// The place in the chunk of each element, as `UInt32`; nil when there is one byte for each.
  var positions: UnsafeRawBufferPointer?
}

/// The elements of a chunk that the values inside of a sparse encoding are.
enum ElementPlaces {
  case all
  /// Where the bits of a mask are set; the mask is whole 64-bit words.
  case mask(UnsafeRawBufferPointer)
  /// Behind the gaps of encoding 6.
  case gaps(UnsafeRawBufferPointer)

  /// The place of each element, as `UInt32`; nil when there are other than `count`, or all.
  func positions(_ count: Int, _ scratch: ScratchStack) -> UnsafeRawBufferPointer? {
    func take() -> UnsafeMutableRawBufferPointer {
      scratch.take(count * MemoryLayout<UInt32>.size)
    }
    let (positions, filled): (UnsafeMutableRawBufferPointer, Int)
    switch self {
    case .all: return nil
    case .mask(let mask):
      positions = take()
      filled = Self.fill(positions, mask)
    case .gaps(let gaps):
      positions = take()
      filled = Self.fill(positions, gaps: gaps)
    }
    return filled == count ? UnsafeRawBufferPointer(positions) : nil
  }

  /// Returns how many places there are, those with them that there is no room for.
  private static func fill(
    _ positions: UnsafeMutableRawBufferPointer, _ mask: UnsafeRawBufferPointer
  ) -> Int {
    var filled = 0
    for word in 0..<mask.count / 8 {
      var bits = UInt64(littleEndian: mask.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
      while bits != 0 {
        store(word * 64 + bits.trailingZeroBitCount, at: filled, in: positions)
        filled += 1
        bits &= bits - 1
      }
    }
    return filled
  }

  private static func fill(
    _ positions: UnsafeMutableRawBufferPointer, gaps: UnsafeRawBufferPointer
  ) -> Int {
    var (filled, next) = (0, 0)
    for gap in gaps {
      next += Int(gap)
      guard gap < .max else { continue }
      store(next, at: filled, in: positions)
      filled += 1
      next += 1
    }
    return filled
  }

  private static func store(
    _ position: Int, at index: Int, in positions: UnsafeMutableRawBufferPointer
  ) {
    let offset = index * MemoryLayout<UInt32>.size
    guard offset < positions.count else { return }
    positions.storeBytes(of: UInt32(position), toByteOffset: offset, as: UInt32.self)
  }
}
