public import ByteStorage

/// What a walk reads: bytes, some of which it must not touch.
public struct WireInput {
  /// All bytes, those of the holes among them.
  let source: any ByteSource
  /// The holes when they are known beforehand, in order.
  let knownHoles: [Range<Int>]?
  /// The fewest bytes of a detached value that become a hole; ignored when holes are known.
  let minimumHole: Int

  /// A file in which long detached values become holes.
  public static func file(_ source: any ByteSource, minimumHole: Int) -> WireInput {
    WireInput(source: source, knownHoles: nil, minimumHole: minimumHole)
  }

  /// A file whose holes are known: nothing in them is read, and each must be a detached value.
  public static func template(_ source: any ByteSource, holes: [Range<Int>]) -> WireInput {
    WireInput(source: source, knownHoles: holes, minimumHole: 0)
  }

  /// True when the known holes lie in the source one after the other.
  var holesAreInOrder: Bool {
    var end = 0
    for hole in knownHoles ?? [] {
      guard hole.lowerBound >= end, hole.upperBound <= source.byteCount else { return false }
      end = hole.upperBound
    }
    return true
  }

  /// Bytes in memory, without holes.
  public static func memory(_ bytes: [UInt8]) -> WireInput {
    WireInput(source: MemorySource(bytes), knownHoles: [], minimumHole: 0)
  }
}
