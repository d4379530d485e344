internal import CKernels

/// A quick look at whether bytes repeat longer pieces of themselves, which matching can gain by.
///
/// Pieces of eight bytes: shorter ones repeat by chance where bytes have few values.
enum LongRepeats {
  private static let length = MemoryLayout<UInt64>.size
  /// Every how many bytes a piece is looked up.
  private static let step = 4

  /// How many of a thousand pieces stood before in a buffer of less than 64 KiB.
  static func perMille(of bytes: UnsafeRawBufferPointer) -> Int {
    guard let base = bytes.baseAddress, bytes.count > length else { return 0 }
    let found = repeated_pieces(base.assumingMemoryBound(to: UInt8.self), bytes.count)
    return found * step * 1000 / (bytes.count - length + step)
  }
}
