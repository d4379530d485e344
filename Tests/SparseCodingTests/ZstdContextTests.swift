import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ZstdContextTests {
  @Test("Compressors that take turns in one context give what each gives alone")
  func turns() throws {
    let shared = try #require(ZstdContext())
    let makers: [(ZstdContext?) -> ZstdCompressor?] = [
      { .matching(level: 3, in: $0) }, { .huffman(in: $0) }, { .matching(level: 9, in: $0) },
      { .matching(level: 1, in: $0) }, { .matching(level: 19, in: $0) },
    ]
    let together = try makers.map { maker in try #require(maker(shared)) }
    var generator = SeededGenerator(seed: 5)
    for length in [100_000, 10, 3000, 300_000, 0, 20_000] {
      let bytes = (0..<length).map { place in
        place % 7 == 0 ? UInt8.random(in: 0...40, using: &generator) : UInt8(place % 50)
      }
      for (maker, compressor) in zip(makers, together).shuffled(using: &generator) {
        let alone = try #require(maker(ZstdContext()))
        #expect(compressed(bytes, by: compressor) == compressed(bytes, by: alone))
      }
    }
  }

  private func compressed(_ bytes: [UInt8], by compressor: ZstdCompressor) -> [UInt8]? {
    let scratch = ScratchStack()
    return withExtendedLifetime(scratch) {
      bytes.withUnsafeBytes { raw in compressor.compress(raw, scratch).map(Array.init) }
    }
  }
}
