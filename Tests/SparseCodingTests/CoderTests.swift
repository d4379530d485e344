import TestSupport
import Testing

@testable import SparseCoding

@Suite struct CoderTests {
  /// Streams of every small size and of several characters.
  static let streams: [[UInt8]] =
    (0...40).map { count in (0..<count).map { UInt8($0 * $0 & 7) } }
    + (0...9).map { [UInt8](repeating: 9, count: 1 << $0) }
    + [
      sampleElements(3000, width: 1, zeros: 70, seed: 2),
      sampleElements(3000, width: 1, zeros: 0, seed: 2),
      (0..<150_000).map { UInt8(($0 &* $0) >> 7 & 15) },
      Array("the same words, ".utf8) + Array("the same words, ".utf8),
    ]

  @Test("Every coder gives every stream back", arguments: EntropyCoders.all.map(\.id.rawValue))
  func roundTrip(id: UInt8) throws {
    let coder = try #require(EntropyCoders.implementations.first { $0.id.rawValue == id })
    let codec = coder.makeCodec(level: .small)
    let scratch = ScratchStack()
    var coded = 0
    for stream in Self.streams {
      try stream.withUnsafeBytes { raw in
        guard let stored = codec.encode(raw, StreamStatistics(raw), scratch: scratch) else {
          return
        }
        coded += 1
        if let implied = codec.storedLength(ofRaw: raw.count) { #expect(implied == stored.count) }
        var output = [UInt8](repeating: 0xA5, count: stream.count)
        try output.withUnsafeMutableBytes { try codec.decode(stored, into: $0) }
        #expect(output == stream)
        // A stream of another length is refused by every coder that says its own length.
        guard codec.storedLength(ofRaw: 0) == nil else { return }
        for length in [stream.count + 1, stream.count - 1] {
          var wrong = [UInt8](repeating: 0, count: length)
          #expect(throws: SparseCodingError.self) {
            try wrong.withUnsafeMutableBytes { try codec.decode(stored, into: $0) }
          }
        }
      }
    }
    #expect(coded > 0)
  }

  @Test("Skewed bytes come close to their Huffman length")
  func huffmanMode() throws {
    var generator = SeededGenerator(seed: 9)
    let stream = (0..<100_000).map { _ in
      UInt8(min(7, (generator.next() | 1 << 20).trailingZeroBitCount))
    }
    let codec = ZstdCodec(.fast)
    try stream.withUnsafeBytes { raw in
      let statistics = StreamStatistics(raw)
      let stored = try #require(codec.encode(raw, statistics, scratch: ScratchStack()))
      #expect(Double(stored.count) < 100_000 * 1.984 / 8 * 1.01 + 64)
      #expect(abs(statistics.estimatedSize / 100_000 * 8 - 1.984) < 0.05)
    }
  }

  @Test(
    "A zstd frame of another kind is refused",
    arguments: [
      "28b52ffd0058010000", "2004010000", "0403010000", "01005801 0000", "005801", "0058010000ff",
      "00a9010000", "00580000 00", "ff58010000",
    ])
  func otherFrames(frame: String) {
    #expect(!hex(frame).withUnsafeBytes(ZstdFrame.isAcceptable))
  }

  @Test("A zstd frame's window may be up to 8 MiB")
  func windows() {
    for (window, isFine) in [
      (0x00, true), (0x60, true), (0x67, true), (0x68, true), (0x69, false), (0xFF, false),
    ] {
      let frame: [UInt8] = [0, UInt8(window), 1, 0, 0]
      #expect(frame.withUnsafeBytes(ZstdFrame.isAcceptable) == isFine)
    }
  }
}
