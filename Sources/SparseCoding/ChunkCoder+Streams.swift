// Streams: coder id, stored length where the raw length does not imply it, bytes.
extension ChunkCoder {
  /// How much smaller quick matching must make bytes for strong matching to be skipped.
  private static let enoughSaving = 32.0

  /// Appends a stream in the smallest form its coders find; the lower number wins a tie.
  ///
  /// A stream with a byte for each element may be coded by where they lie.
  func append(
    stream raw: UnsafeRawBufferPointer, on grid: ElementGrid? = nil, to coded: inout [UInt8]
  ) {
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    let statistics = StreamStatistics(raw, on: grid)
    // Streams that follow this one go there, too, as many as an element may have.
    let use = StreamUse(target: coded.spareMemory(atMost: 4 * raw.count))
    var best = raw
    var coder = CoderID.stored
    var length: Int?
    for (id, codec) in codecs {
      guard let stored = codec.encode(raw, statistics, scratch: scratch, for: use) else { continue }
      let written = codec.storedLength(ofRaw: raw.count) == nil ? stored.count : nil
      guard cost(stored, written) < cost(best, length) else { continue }
      (best, coder, length) = (stored, id, written)
    }
    coded.append(coder.rawValue)
    if let length { coded.append(number: length) }
    coded.append(contentsOf: best)
  }

  /// Appends a stream whose bytes are known to repeat each other, and to take `quickSize` bytes.
  func append(
    repeating raw: UnsafeRawBufferPointer, quickSize: Double, to coded: inout [UInt8]
  ) {
    let mark = scratch.mark
    defer { scratch.release(to: mark) }
    guard let stored = matched(raw, quickSize), stored.count < raw.count else {
      return append(stream: raw, to: &coded)
    }
    coded.append(CoderID.zstd.rawValue)
    coded.append(number: stored.count)
    coded.append(contentsOf: stored)
  }

  /// Appends a stream of bits below those that say something, which are noise as a rule: no coder is
  /// asked then, unless the elements repeat each other.
  func append(low raw: UnsafeRawBufferPointer, of chunk: ChunkAnalysis, to coded: inout [UInt8]) {
    guard level != .small, !chunk.hasRepeats, StreamStatistics(raw).isNoise else {
      return append(stream: raw, to: &coded)
    }
    coded.append(CoderID.stored.rawValue)
    coded.append(contentsOf: raw)
  }

  /// The bytes these take when matched quickly.
  func quickSize(of bytes: UnsafeRawBufferPointer) -> Double {
    scratch.measured { Double(quickMatcher?.compress(bytes, $0)?.count ?? bytes.count) }
  }

  /// Strong matching takes seconds on bytes that are all repeats, which quick matching shrinks as well.
  private func matched(
    _ raw: UnsafeRawBufferPointer, _ quickSize: Double
  ) -> UnsafeRawBufferPointer? {
    let isWorthTime = quickSize * Self.enoughSaving > Double(raw.count)
    let strong = isWorthTime ? strongMatcher?.compress(raw, scratch) : nil
    return strong ?? quickMatcher?.compress(raw, scratch)
  }

  private func cost(_ stored: UnsafeRawBufferPointer, _ length: Int?) -> Int {
    stored.count + (length.map(encodedLength) ?? 0)
  }

  /// The bytes of the next stream: where they stand, or in `scratch` when they are coded.
  ///
  /// `target` is what they help to fill.
  func view(
    stream reader: inout CodedReader, count: Int, for target: UnsafeMutableRawBufferPointer? = nil
  ) throws(SparseCodingError) -> UnsafeRawBufferPointer {
    let id = try reader.byte()
    if id == CoderID.stored.rawValue { return try reader.take(count) }
    let raw = scratch.take(count)
    try read(stream: &reader, codedBy: id, into: raw, for: target)
    return UnsafeRawBufferPointer(raw)
  }

  /// Fills `raw` from the next stream; `target` is what its bytes help to fill.
  func read(
    stream reader: inout CodedReader, into raw: UnsafeMutableRawBufferPointer,
    for target: UnsafeMutableRawBufferPointer? = nil
  ) throws(SparseCodingError) {
    try read(stream: &reader, codedBy: reader.byte(), into: raw, for: target)
  }

  private func read(
    stream reader: inout CodedReader, codedBy id: UInt8, into raw: UnsafeMutableRawBufferPointer,
    for target: UnsafeMutableRawBufferPointer?
  ) throws(SparseCodingError) {
    for (known, codec) in codecs where known.rawValue == id {
      let length: Int
      if let implied = codec.storedLength(ofRaw: raw.count) {
        length = implied
      } else {
        length = try reader.number()
      }
      try codec.decode(
        reader.take(length), into: raw,
        for: StreamUse(places: places, target: target.map { .init($0) }))
      return
    }
    throw .unknownCoder(id)
  }
}

extension [UInt8] {
  /// Where the next bytes go, as far as there is room; it is there to be brought near only.
  fileprivate func spareMemory(atMost size: Int) -> UnsafeRawBufferPointer {
    let room = Swift.min(size, capacity - count)
    return withUnsafeBytes { bytes in
      UnsafeRawBufferPointer(start: bytes.baseAddress.map { $0 + bytes.count }, count: room)
    }
  }
}
