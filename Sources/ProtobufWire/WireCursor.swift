internal import ByteStorage

/// Reads a source in order through a window, and keeps every byte that is not cut out.
struct WireCursor: ~Copyable {
  private static let smallestRead = 4 << 10
  private static let largestRead = 256 << 10
  private static let windowSize = largestRead + 16

  private let source: any ByteSource
  private let window: UnsafeMutableRawBufferPointer
  /// The offset in the source of the window's first byte.
  private var windowStart = 0
  private var windowCount = 0
  /// The first offset in the window whose byte is not in `literal` yet.
  private var pendingStart = 0
  private var readSize = smallestRead
  /// Where reading must stop: the next known hole, or the end.
  private var barrier: Int
  private let holes: [Range<Int>]
  private var nextHole = 0

  /// The offset of the next byte.
  private(set) var position = 0
  /// How many bytes were cut out so far.
  private(set) var cutCount = 0
  /// The bytes kept so far, but for those that are still in the window.
  private(set) var literal: [UInt8] = []

  init(_ input: WireInput) {
    source = input.source
    holes = input.knownHoles ?? []
    barrier = holes.first?.lowerBound ?? input.source.byteCount
    window = .allocate(byteCount: Self.windowSize, alignment: 64)
  }

  deinit {
    window.deallocate()
  }

  /// The place of the next byte among the bytes kept.
  var literalPosition: Int { position - cutCount }

  /// The hole that starts at the next byte, if one is known there.
  var knownHole: Range<Int>? {
    nextHole < holes.count && holes[nextHole].lowerBound == position ? holes[nextHole] : nil
  }

  /// True when every known hole was cut out.
  var holesAreDone: Bool { nextHole == holes.count }

  /// The bytes at hand from the next one on: at least `count`, or all up to the barrier.
  mutating func bytes(atLeast count: Int) throws -> UnsafeRawBufferPointer {
    if position + count > windowStart + windowCount, windowStart + windowCount < barrier {
      try refill()
    }
    return UnsafeRawBufferPointer(rebasing: window[(position - windowStart)..<windowCount])
  }

  /// Moves on within the bytes at hand.
  mutating func advance(by count: Int) {
    position += count
  }

  /// Moves over bytes that are kept; false when a known hole or the end is in the way.
  mutating func keep(_ count: Int) throws -> Bool {
    guard count <= barrier - position else { return false }
    let end = position + count
    while end > windowStart + windowCount {
      position = windowStart + windowCount
      try refill()
    }
    position = end
    return true
  }

  /// Moves over bytes that are not kept.
  mutating func cut(_ count: Int) {
    flush(upTo: position)
    position += count
    cutCount += count
    if knownHoleEnds(at: position) {
      nextHole += 1
      barrier = nextHole < holes.count ? holes[nextHole].lowerBound : source.byteCount
    }
    if position <= windowStart + windowCount {
      pendingStart = position
    } else {
      (windowStart, windowCount, pendingStart) = (position, 0, position)
      readSize = Self.smallestRead
    }
  }

  /// All bytes kept, when the walk is done.
  mutating func finish() -> [UInt8] {
    flush(upTo: position)
    return literal
  }

  private func knownHoleEnds(at offset: Int) -> Bool {
    nextHole < holes.count && holes[nextHole].upperBound == offset
  }

  /// Keeps the bytes of the window up to an offset.
  private mutating func flush(upTo offset: Int) {
    guard offset > pendingStart else { return }
    let kept = window[(pendingStart - windowStart)..<(offset - windowStart)]
    literal.append(contentsOf: UnsafeRawBufferPointer(rebasing: kept))
    pendingStart = offset
  }

  /// Moves the unread bytes to the front and reads more behind them.
  private mutating func refill() throws {
    flush(upTo: position)
    let unread = windowStart + windowCount - position
    let rest = UnsafeRawBufferPointer(rebasing: window[(position - windowStart)..<windowCount])
    window.copyMemory(from: rest)
    windowStart = position
    windowCount = unread
    let count = min(readSize, barrier - position - unread, Self.windowSize - unread)
    let target = UnsafeMutableRawBufferPointer(rebasing: window[unread..<unread + count])
    try source.read(at: position + unread, into: target)
    windowCount += count
    readSize = min(readSize * 4, Self.largestRead)
  }
}
