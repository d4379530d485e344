/// Finds the key of a given rank among many without sorting: from histograms of 16 bits at a time,
/// the highest first.
///
/// Each histogram counts the keys that begin with the digits found so far.
struct RadixSelection {
  static let digitBits: UInt64 = 16
  static let bucketCount = 1 << 16

  private var shift: UInt64
  /// The digits found so far, at their place in the key.
  private(set) var key: UInt64 = 0
  /// How many of the keys that begin with the digits found so far are among the `rank` lowest.
  private(set) var rest: Int

  /// Looks for the key such that `rank` keys are lower, or equal and chosen by their order.
  init(keyBits: UInt64, rank: Int) {
    shift = keyBits
    rest = rank
  }

  /// True when all digits are found.
  var isComplete: Bool { shift == 0 }

  /// The bucket of a key in the next histogram; nil when it begins with other digits.
  var digits: RadixDigits {
    RadixDigits(prefix: shift < 64 ? key >> shift : 0, shift: shift)
  }

  /// Finds the next digit: the bucket in which the rank is reached.
  mutating func narrow(by histogram: [Int]) {
    shift -= Self.digitBits
    for (bucket, count) in histogram.enumerated() {
      // Strictly more: a bucket that is taken whole lies below the key.
      if count > rest {
        key |= UInt64(bucket) << shift
        return
      }
      rest -= count
    }
    // Fewer keys than before: the file changed while it was read, which its reader reports.
    key |= 0xFFFF << shift
    rest = 0
  }
}

/// Tells which keys a histogram counts, and where.
struct RadixDigits: Sendable {
  fileprivate let prefix: UInt64
  fileprivate let shift: UInt64

  @inline(__always)
  func bucket(of key: UInt64) -> Int? {
    let isCounted = shift >= 64 || key >> shift == prefix
    return isCounted ? Int((key >> (shift - RadixSelection.digitBits)) & 0xFFFF) : nil
  }

  /// Counts keys into a histogram of `RadixSelection.bucketCount` buckets.
  func count(
    _ keys: UnsafeBufferPointer<UInt32>, into histogram: UnsafeMutableBufferPointer<Int>
  ) {
    // Same as `bucket(of:)`, with the shifts made 32 bits wide for speed.
    let upper = UInt32(truncatingIfNeeded: prefix)
    if shift == 32 {
      for key in keys { histogram[Int(key >> 16)] &+= 1 }
    } else {
      for key in keys where key >> 16 == upper { histogram[Int(key & 0xFFFF)] &+= 1 }
    }
  }
}
