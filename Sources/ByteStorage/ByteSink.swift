/// A place that takes bytes in order.
public protocol ByteSink: AnyObject {
  /// How many bytes were written so far.
  var byteCount: Int { get }

  /// Appends bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws

  /// Appends bytes that may be kept for as long as they are needed.
  func write(_ bytes: [UInt8]) throws
}

extension ByteSink {
  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Appends a whole source, a piece at a time, so memory stays bounded.
  public func write(_ source: any ByteSource, pieceSize: Int = 1 << 20) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(pieceSize, max(source.byteCount, 1)), alignment: 64)
    defer { buffer.deallocate() }
    var offset = 0
    while offset < source.byteCount {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<min(buffer.count, source.byteCount - offset)])
      try source.read(at: offset, into: piece)
      try write(UnsafeRawBufferPointer(piece))
      offset += piece.count
    }
  }
}

/// Collects bytes in memory.
public final class MemorySink: ByteSink {
  /// What was written.
  public private(set) var contents: [UInt8] = []

  /// Makes an empty sink.
  public init() {}

  /// How many bytes were written so far.
  public var byteCount: Int { contents.count }

  /// Appends bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) {
    contents.append(contentsOf: bytes)
  }
}

/// Takes bytes and keeps only their number: what a dry run writes to.
public final class CountingSink: ByteSink {
  /// How many bytes were written so far.
  public private(set) var byteCount = 0

  /// Makes an empty sink.
  public init() {}

  /// Counts bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
  }
}
