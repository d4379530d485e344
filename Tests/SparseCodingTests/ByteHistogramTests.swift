import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ByteHistogramTests {
  /// Bytes that are counted one by one and in pairs, and what is left of a block.
  static let lengths = [0, 1, 3, 4, 500, 65_535, 65_536, 65_543, 262_144, 262_151, 400_003]

  @Test("Every byte is counted once", arguments: lengths)
  func counts(length: Int) {
    var random = SeededGenerator(seed: UInt64(length))
    let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    // One pair that is all of them, or half, overflows a counter of sixteen bits.
    let streams = [
      noise, noise.map { $0 & 3 }, [UInt8](repeating: 9, count: length),
      (0..<length).map { UInt8($0 / 2 % 2 * 7) },
    ]
    for stream in streams {
      var expected = [UInt32](repeating: 0, count: 256)
      for byte in stream { expected[Int(byte)] += 1 }
      stream.withUnsafeBytes { bytes in
        #expect(ByteHistogram(of: bytes).counts == expected)
        #expect(ByteHistogram(of: [bytes, bytes]).counts == expected.map { 2 * $0 })
      }
    }
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
