internal import ByteStorage

/// A matrix whose rows are the columns of another one.
///
/// Every row takes an element of each row of the other, so several are made at once, a *slab*, by
/// reading the other from front to back: once for each slab, and never more of either in memory.
struct TransposedSource<Base: ByteSource>: ByteSource {
  /// The other matrix: `columns` rows of `rows` elements.
  let base: Base
  let rows: Int
  let columns: Int
  /// Bytes of an element.
  let width: Int
  /// Slabs that are read in part, perhaps of several matrices.
  let cache: RecentBytes<SlabKey>
  /// What this matrix is called in the cache.
  var name = 0

  /// How many bytes there are.
  var byteCount: Int { base.byteCount }

  /// A slab.
  var preferredReadSize: Int { slabRows * rowBytes }

  /// An eighth of the matrix: so often is the other one read.
  private static var slabsOfMatrix: Int { 8 }
  /// Smaller slabs are not worth a turn.
  private static var leastSlab: Int { 1 << 22 }
  /// Several threads hold a few slabs each.
  private static var largestSlab: Int { 1 << 24 }

  private var rowBytes: Int { columns * width }

  private var slabRows: Int {
    let size = min(max(byteCount / Self.slabsOfMatrix, Self.leastSlab), Self.largestSlab)
    return max(1, min(rows, size / rowBytes))
  }

  /// Makes the slabs that the range touches.
  ///
  /// - Throws: what reading the other matrix throws.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let size = preferredReadSize
    var done = 0
    while done < buffer.count {
      let position = offset + done
      let slab = position / size
      let range = slab * size..<min(slab * size + size, byteCount)
      let length = min(range.upperBound - position, buffer.count - done)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + length])
      if length == range.count {
        try fill(target, from: range.lowerBound / rowBytes)
      } else {
        let bytes = try cache.bytes(of: SlabKey(matrix: name, slab: slab)) {
          try [UInt8](unsafeUninitializedCapacity: range.count) { bytes, count in
            try fill(UnsafeMutableRawBufferPointer(bytes), from: range.lowerBound / rowBytes)
            count = range.count
          }
        }
        bytes.withUnsafeBytes {
          target.copyMemory(
            from: UnsafeRawBufferPointer(
              rebasing: $0[(position - range.lowerBound)...].prefix(length)))
        }
      }
      done += length
    }
  }

  /// Fills whole rows.
  private func fill(_ target: UnsafeMutableRawBufferPointer, from row: Int) throws {
    let size = max(1, base.preferredReadSize / width) * width
    let kept = row..<row + target.count / rowBytes
    for start in stride(from: 0, to: byteCount, by: size) {
      let bytes = try base.bytes(in: start..<min(start + size, byteCount))
      bytes.withUnsafeBytes { scatter($0, from: start / width, kept, into: target) }
    }
  }

  /// Puts elements of the other matrix, which are `first` and those behind it, into their rows.
  private func scatter(
    _ source: UnsafeRawBufferPointer, from first: Int, _ kept: Range<Int>,
    into target: UnsafeMutableRawBufferPointer
  ) {
    switch width {
    case 1: scatter(source, of: UInt8.self, from: first, kept, into: target)
    case 2: scatter(source, of: UInt16.self, from: first, kept, into: target)
    case 4: scatter(source, of: UInt32.self, from: first, kept, into: target)
    default: scatter(source, of: UInt64.self, from: first, kept, into: target)
    }
  }

  @inline(__always)
  private func scatter<Word: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, of word: Word.Type, from first: Int, _ kept: Range<Int>,
    into target: UnsafeMutableRawBufferPointer
  ) {
    let end = first + source.count / width
    for line in first / rows..<(end + rows - 1) / rows {
      let start = max(first, line * rows + kept.lowerBound)
      let stop = min(end, line * rows + kept.upperBound)
      for place in stride(from: start, to: stop, by: 1) {
        let row = place - line * rows - kept.lowerBound
        target.storeBytes(
          of: source.loadUnaligned(fromByteOffset: (place - first) * width, as: Word.self),
          toByteOffset: (row * columns + line) * width, as: Word.self)
      }
    }
  }
}

/// A slab of one of several matrices.
struct SlabKey: Hashable {
  let matrix: Int
  let slab: Int
}
