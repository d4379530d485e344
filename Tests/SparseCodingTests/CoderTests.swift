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
    let codec = coder.makeCodec(level: .small, kernels: .best)
    let scratch = ScratchStack()
    var coded = 0
    for stream in Self.streams {
      try stream.withUnsafeBytes { raw in
        let row = RowGeometry(rowLength: max(1, min(60, raw.count)), kernel: 1, first: 0)
        let statistics = StreamStatistics(raw, on: ElementGrid(geometry: row))
        guard let stored = codec.encode(raw, statistics, scratch: scratch, for: StreamUse()) else {
          return
        }
        coded += 1
        if let implied = codec.storedLength(ofRaw: raw.count) { #expect(implied == stored.count) }
        var output = [UInt8](repeating: 0xA5, count: stream.count)
        try output.withUnsafeMutableBytes { try codec.decode(stored, into: $0, for: StreamUse()) }
        #expect(output == stream)
        // A stream of another length is refused by every coder that says its own length, but for
        // rans, whose last states hold bytes that may be any, and for mixed, to which a likely
        // symbol may be no byte.
        guard codec.storedLength(ofRaw: 0) == nil, ![5, 6].contains(id) else { return }
        for length in [stream.count + 1, stream.count - 1] {
          var wrong = [UInt8](repeating: 0, count: length)
          #expect(throws: SparseCodingError.self) {
            try wrong.withUnsafeMutableBytes {
              try codec.decode(stored, into: $0, for: StreamUse())
            }
          }
        }
      }
    }
    #expect(coded > 0)
  }

  @Test(
    "Skewed bytes come close to their entropy at every level", arguments: CompressionLevel.allCases)
  func skewed(level: CompressionLevel) throws {
    var generator = SeededGenerator(seed: 9)
    let stream = (0..<100_000).map { _ in
      UInt8(min(7, (generator.next() | 1 << 20).trailingZeroBitCount))
    }
    let codec = RansCodec(level, .best)
    try stream.withUnsafeBytes { raw in
      let statistics = StreamStatistics(raw)
      let stored = try #require(
        codec.encode(raw, statistics, scratch: ScratchStack(), for: StreamUse()))
      #expect(Double(stored.count) < 100_000 * 1.984 / 8 * 1.005 + 256)
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

  @Test("Asymmetric numeral systems come within a thousandth of the entropy")
  func ransSize() throws {
    var generator = SeededGenerator(seed: 4)
    let stream = (0..<200_000).map { _ in
      UInt8(Int.random(in: 0..<9, using: &generator) * Int.random(in: 0..<9, using: &generator))
    }
    var counts = [Int](repeating: 0, count: 256)
    for byte in stream { counts[Int(byte)] += 1 }
    let bits = counts.filter { $0 > 0 }.reduce(0) { bits, count in
      bits + Double(count) * (binaryLogarithm(stream.count) - binaryLogarithm(count))
    }
    let codec = RansCoder().makeCodec(level: .small, kernels: .best)
    try stream.withUnsafeBytes { raw in
      let stored = try #require(
        codec.encode(raw, StreamStatistics(raw), scratch: ScratchStack(), for: StreamUse()))
      #expect(Double(stored.count) < bits / 8 * 1.001 + 150)
    }
  }

  @Test("Damage to a stream of asymmetric numeral systems is an error or an output")
  func ransDamage() throws {
    let stream = sampleElements(300, width: 1, zeros: 70, seed: 1).map { $0 & 7 }
    let codec = RansCoder().makeCodec(level: .small, kernels: .best)
    let scratch = ScratchStack()
    let coded = try stream.withUnsafeBytes { raw in
      Array(
        try #require(codec.encode(raw, StreamStatistics(raw), scratch: scratch, for: StreamUse())))
    }
    func isRefused(_ bytes: [UInt8]) -> Bool {
      var output = [UInt8](repeating: 0, count: stream.count)
      return bytes.withUnsafeBytes { bytes in
        output.withUnsafeMutableBytes {
          (try? codec.decode(bytes, into: $0, for: StreamUse())) == nil
        }
      }
    }
    #expect(!isRefused(coded))
    for length in coded.indices { #expect(isRefused(Array(coded[..<length]))) }
    var refused = 0
    for bit in 0..<coded.count * 8 {
      var damaged = coded
      damaged[bit / 8] ^= 1 << (bit % 8)
      if isRefused(damaged) { refused += 1 }
    }
    // The last words hold bytes of the stream, so that a bit of them makes another stream.
    #expect(refused * 100 > (coded.count - 2 * 8) * 8 * 99)
  }

  @Test("Frequencies make up their total and come back", arguments: 0..<200)
  func frequencies(seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let kinds = Int.random(in: 2...256, using: &generator)
    let count = Int.random(in: 256...5000, using: &generator)
    let random = (0..<count).map { _ in
      let (left, right) = (
        Int.random(in: 0..<kinds, using: &generator), Int.random(in: 0..<kinds, using: &generator)
      )
      return UInt8(left & right)
    }
    let stream = random + [0, UInt8(kinds - 1)]
    let frequencies = try #require(
      stream.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: 14) })
    #expect(frequencies.counts.reduce(0) { $0 + Int($1) } == frequencies.total)
    for byte in 0..<256 {
      #expect((frequencies.counts[byte] > 0) == stream.contains(UInt8(byte)))
    }
    var coded: [UInt8] = []
    frequencies.write(to: &coded)
    try coded.withUnsafeBytes { coded in
      var reader = CodedReader(coded)
      let back = try ByteFrequencies(from: &reader, for: .rans)
      try reader.finish()
      #expect(back.counts == frequencies.counts && back.bits == frequencies.bits)
    }
  }
}
