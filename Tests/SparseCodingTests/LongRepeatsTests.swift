import TestSupport
import Testing

@testable import SparseCoding

@Suite struct LongRepeatsTests {
  @Test("Noise has none, a long repeat many", arguments: [64, 1000, 8192])
  func extremes(length: Int) {
    let noise = bytes(length, kinds: 256, seed: 1)
    #expect(noise.withUnsafeBytes { LongRepeats.perMille(of: $0) } == 0)
    let twice = noise + noise
    #expect(twice.withUnsafeBytes { LongRepeats.perMille(of: $0) } > 150)
  }

  @Test("Every fourth piece is looked up among all before it", arguments: 0..<40)
  func definition(seed: Int) {
    let length = [8, 9, 11, 12, 13, 300, 4095, 8192][seed % 8]
    let stream = bytes(length, kinds: 1 + seed / 8, seed: UInt64(seed))
    #expect(stream.withUnsafeBytes { LongRepeats.perMille(of: $0) } == defined(stream))
  }

  /// The last piece in each of 8192 slots is remembered.
  private func defined(_ stream: [UInt8]) -> Int {
    guard stream.count > 8 else { return 0 }
    let pieces = (0...stream.count - 8).map { start in
      stream[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    var places: [UInt64: Int] = [:]
    var found = 0
    for (place, piece) in pieces.enumerated() {
      let slot = (piece &* 0x9E37_79B9_7F4A_7C15) >> 51
      let before = places[slot, default: 0]
      if place % 4 == 0, before < place, pieces[before] == piece { found += 1 }
      places[slot] = place
    }
    return found * 4000 / (pieces.count + 3)
  }

  private func bytes(_ length: Int, kinds: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<length).map { _ in
      UInt8(truncatingIfNeeded: Int.random(in: 0..<kinds, using: &generator))
    }
  }
}
