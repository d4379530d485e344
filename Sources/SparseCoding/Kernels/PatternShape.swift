/// N of M: how many elements of a group are kept, how long a group is, and how far its members are apart.
struct PatternShape: Hashable {
  let kept: Int
  let group: Int
  let stride: Int

  /// The index of a group's first element: `stride` groups are interleaved in a block.
  @inline(__always)
  func firstElement(ofGroup index: Int) -> Int {
    guard stride > 1 else { return index &* group }
    let block = index / stride
    return block &* stride &* group &+ (index &- block &* stride)
  }

  /// True for a shape the format can hold.
  var isValid: Bool {
    kept >= 1 && kept < group && group <= 16 && stride >= 1 && stride <= ChunkCoder.maximumCount
  }

  /// True when a chunk consists of whole blocks of such groups.
  func divides(_ count: Int) -> Bool { count % (group * stride) == 0 }
}
