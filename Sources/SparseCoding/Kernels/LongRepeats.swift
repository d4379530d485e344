/// A quick look at whether bytes repeat longer pieces of themselves, which matching can gain by.
///
/// Pieces of eight bytes: shorter ones repeat by chance where bytes have few values.
enum LongRepeats {
  private static let length = MemoryLayout<UInt64>.size
  private static let tableBits = 13
  /// Every how many bytes a piece is looked up.
  private static let step = 4

  /// How many of a thousand pieces stood before in a buffer of less than 64 KiB.
  static func perMille(of bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.baseAddress, bytes.count > length else { return 0 }
    let last = bytes.count - length
    return withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 1 << tableBits) { places in
      places.initialize(repeating: 0)
      var found = 0
      var next = 0
      for place in 0...last {
        let piece = base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        let slot = Int(truncatingIfNeeded: (piece &* 0x9E37_79B9_7F4A_7C15) >> 51)
        if place == next {
          let before = Int(places[slot])
          if before < place, base.loadUnaligned(fromByteOffset: before, as: UInt64.self) == piece {
            found += 1
          }
          next += step
        }
        places[slot] = UInt16(truncatingIfNeeded: place)
      }
      return found * step * 1000 / (last + step)
    }
  }
}
