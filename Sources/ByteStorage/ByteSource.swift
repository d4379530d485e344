/// A fixed number of bytes that can be read at any place, from memory or from a file.
///
/// Asking for the size is free; reading may cost. Several threads may read at once.
public protocol ByteSource: Sendable {
  /// How many bytes there are.
  var byteCount: Int { get }

  /// How many bytes to read at once, from offsets that are multiples of it, for the best speed.
  var preferredReadSize: Int { get }

  /// Fills `buffer` with the bytes from `offset` on; both must lie inside the source.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
  /// 1 MiB: large enough to be fast, small enough to keep many in memory.
  public var preferredReadSize: Int { 1 << 20 }

  /// All bytes in memory.
  ///
  /// Only for sources known to be small.
  public func bytes() throws -> [UInt8] {
    try bytes(in: 0..<byteCount)
  }

  /// The bytes of a range that lies inside the source, in memory.
  public func bytes(in range: Range<Int>) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
      count = range.count
    }
  }

  /// The part of this source that `range` names, without copying; nil when it lies outside.
  public func slice(_ range: Range<Int>) -> SlicedSource? {
    guard range.lowerBound >= 0, range.upperBound <= byteCount else { return nil }
    return SlicedSource(self, range)
  }
}

/// Bytes that are already in memory.
public struct MemorySource: ByteSource {
  /// The bytes.
  public let contents: [UInt8]

  /// Makes a source of bytes in memory.
  public init(_ contents: [UInt8]) {
    self.contents = contents
  }

  /// How many bytes there are.
  public var byteCount: Int { contents.count }

  /// Copies a range of the bytes.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
    contents.withUnsafeBytes { bytes in
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + buffer.count]))
    }
  }
}

/// A part of another source.
public struct SlicedSource: ByteSource {
  /// The source this is a part of.
  public let base: any ByteSource
  /// The part, in bytes of the base.
  public let range: Range<Int>

  fileprivate init(_ base: any ByteSource, _ range: Range<Int>) {
    self.base = base
    self.range = range
  }

  /// How many bytes the part has.
  public var byteCount: Int { range.count }

  /// Reads from the base.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try base.read(at: range.lowerBound + offset, into: buffer)
  }
}

/// Several sources, one after the other.
public struct ConcatenatedSource: ByteSource {
  private let parts: [any ByteSource]
  private let starts: [Int]
  /// How many bytes all parts have together.
  public let byteCount: Int

  /// Makes one source of several; their total must fit an Int.
  public init(_ parts: [any ByteSource]) {
    self.parts = parts
    var total = 0
    starts = parts.map { part in
      defer { total += part.byteCount }
      return total
    }
    byteCount = total
  }

  /// Reads from each part that the range touches.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    var index = lastStart(atOrBefore: offset)
    var done = 0
    while done < buffer.count {
      let inside = offset + done - starts[index]
      let length = min(parts[index].byteCount - inside, buffer.count - done)
      if length > 0 {
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + length])
        try parts[index].read(at: inside, into: target)
        done += length
      }
      index += 1
    }
  }

  private func lastStart(atOrBefore offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
