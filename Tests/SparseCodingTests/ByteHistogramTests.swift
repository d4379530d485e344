import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ByteHistogramTests {
  /// Whole words and groups, and what is left of them.
  static let lengths = [0, 1, 3, 8, 500, 512, 4_099, 65_536, 65_543, 262_151]

  @Test("Every byte is counted once", arguments: lengths)
  func counts(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    let streams = [
      noise, noise.map { $0 & 3 }, [UInt8](repeating: 9, count: length),
      (0..<length).map { UInt8($0 / 2 % 2 * 7) },
    ]
    for stream in streams {
      var expected = [UInt32](repeating: 0, count: 256)
      for byte in stream { expected[Int(byte)] += 1 }
      stream.withUnsafeBytes { bytes in
        #expect(ByteHistogram(of: bytes).counts == expected)
      }
    }
  }

  @Test("A long stream is looked at in sixteen pieces, from its first byte to its last")
  func pieces() {
    var random = SeededGenerator(seed: 7)
    for length in [8_193, 30_000, 100_001] {
      let stream = (0..<length).map {
        UInt8.random(in: 0...UInt8($0 * 255 / length), using: &random)
      }
      let pieces = (0..<16).flatMap { piece in
        let start = (length - 512) * piece / 15
        return stream[start..<start + 512]
      }
      let bits = pieces.withUnsafeBytes { ByteHistogram(of: $0).bitsPerByte }
      let size = stream.withUnsafeBytes { StreamStatistics($0).estimatedSize }
      #expect(size == Double(length) * bits / 8)
    }
  }

  @Test("One run of each group is counted, and once what occurs elsewhere", arguments: lengths)
  func samples(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    // Rare ones are mostly met where nothing is counted.
    let rare = noise.map { byte in
      Int.random(in: 0..<500, using: &random) == 0 ? byte : 128 | byte & 3
    }
    for stream in [noise, rare, [UInt8](repeating: 200, count: length)] {
      for halvings in [1, 2, 3] {
        let expected = sampled(stream, halvings)
        for kernels in KernelPath.allCases where kernels.isSupported {
          let found = stream.withUnsafeBytes {
            ByteHistogram(sampling: $0, halvings: UInt32(halvings), kernels)
          }
          #expect(found.counts.elementsEqual(expected))
          #expect(found.total == expected.reduce(0) { $0 + Int($1) })
        }
      }
    }
  }

  /// Runs of 64 bytes; the one that is counted of each group is a hash of the group's number.
  private func sampled(_ stream: [UInt8], _ halvings: Int) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: 256)
    let groupSize = 64 << halvings
    for group in 0..<stream.count / groupSize {
      let hash = UInt32(truncatingIfNeeded: group) &* 0x9E37_79B9
      let run = Int(hash >> (32 - UInt32(halvings)))
      let start = group * groupSize + run * 64
      for byte in stream[start..<start + 64] { counts[Int(byte)] += 1 }
    }
    for byte in Set(stream) { counts[Int(byte)] = max(1, counts[Int(byte)]) }
    return counts
  }

  @Test("Pieces that stood before are counted", arguments: [0, 8, 9, 11, 12, 200, 8192])
  func repeats(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    for kinds in [1, 2, 5, 256] {
      let bytes = (0..<length).map { _ in UInt8(Int.random(in: 0..<kinds, using: &random)) }
      #expect(bytes.withUnsafeBytes(LongRepeats.perMille) == perMille(bytes))
    }
  }

  /// With the last place of each hash in a dictionary.
  private func perMille(_ bytes: [UInt8]) -> Int {
    guard bytes.count > 8 else { return 0 }
    var places: [UInt64: Int] = [:]
    var found = 0
    for place in 0...bytes.count - 8 {
      let piece = bytes[place..<place + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      let hash = (piece &* 0x9E37_79B9_7F4A_7C15) >> 51
      if place % 4 == 0, let last = places[hash] {
        found += bytes[last..<last + 8].elementsEqual(bytes[place..<place + 8]) ? 1 : 0
      }
      places[hash] = place
    }
    return found * 4 * 1000 / (bytes.count - 8 + 4)
  }
}
