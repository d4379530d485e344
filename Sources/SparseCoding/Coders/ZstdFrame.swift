/// The outside of a zstd frame, walked before the library sees it.
///
/// The library would accept a second frame after the first, any window and any option. Source: RFC
/// 8878, 3.1.1.
enum ZstdFrame {
  /// The largest window a reader has to provide, as its base-2 logarithm: 8 MiB.
  private static let largestWindowLog = 23

  /// True for exactly one frame without options whose window is within the limit.
  static func isAcceptable(_ frame: UnsafeRawBufferPointer) -> Bool {
    // Frame header descriptor 0: no content size, no single segment, no checksum, no dictionary.
    guard frame.count >= 5, frame[0] == 0, isWithinLimit(window: frame[1]) else { return false }
    var offset = 2
    while offset + 3 <= frame.count {
      let header = Int(frame[offset]) | Int(frame[offset + 1]) << 8 | Int(frame[offset + 2]) << 16
      let type = header >> 1 & 3
      let size = type == 1 ? 1 : header >> 3
      offset += 3 + size
      if header & 1 == 1 { return offset == frame.count }
    }
    return false
  }

  /// A window of (8 + mantissa) / 8 times 2^(10 + exponent) bytes.
  private static func isWithinLimit(window descriptor: UInt8) -> Bool {
    let exponent = 10 + Int(descriptor >> 3)
    return exponent < largestWindowLog || (exponent == largestWindowLog && descriptor & 7 == 0)
  }
}
