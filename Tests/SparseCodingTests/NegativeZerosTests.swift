import TestSupport
import Testing

@testable import SparseCoding

@Suite struct NegativeZerosTests {
  /// Chunks with -0.0, and the same ones with 0.0 in its place.
  private struct Pair {
    let signed: [UInt8]
    let unsigned: [UInt8]

    init(_ floats: [Float], isHalf: Bool) {
      let cleared = floats.map { $0 == 0 ? 0 : $0 }
      signed =
        isHalf ? bytes(floats.map { Float16($0).bitPattern }) : bytes(floats.map(\.bitPattern))
      unsigned =
        isHalf ? bytes(cleared.map { Float16($0).bitPattern }) : bytes(cleared.map(\.bitPattern))
    }
  }

  /// Codes both: what has the signs takes a bit for each zero more, and a header.
  private func check(_ pair: Pair, _ layout: ElementLayout, zeros: Int, level: CompressionLevel)
    throws
  {
    let coder = ChunkCoder(level: level)
    let hints = [ChunkHint.rows(length: 300, kernel: 1, first: 0)]
    let coded = try coder.encode(pair.signed, layout, hints: hints)
    #expect(coded.first == EncodingID.negativeZeros.rawValue)
    #expect(try coder.decode(coded, layout, size: pair.signed.count) == pair.signed)
    let without = try coder.encode(pair.unsigned, layout, hints: hints)
    #expect(coded.count <= without.count + zeros / 8 + 32)
    #expect(coded.dropFirst().starts(with: without))
  }

  @Test(
    "Weights times a mask take what they take without signs, and a bit for each zero",
    arguments: CompressionLevel.allCases, [true, false])
  func masked(level: CompressionLevel, isHalf: Bool) throws {
    var generator = SeededGenerator(seed: 16)
    let floats = (0..<30_000).map { _ in
      Float.random(in: -1...1, using: &generator)
        * (Int.random(in: 0..<10, using: &generator) == 0 ? 1 : 0)
    }
    #expect(floats.contains { $0 == 0 && $0.sign == .minus })
    try check(
      Pair(floats, isHalf: isHalf), layout(isHalf ? 2 : 4), zeros: floats.count { $0 == 0 },
      level: level)
  }

  @Test(
    "So do weights that were rounded to whole numbers of a scale",
    arguments: CompressionLevel.allCases)
  func rounded(level: CompressionLevel) throws {
    var generator = SeededGenerator(seed: 17)
    let scales = (0..<100).map { _ in Float.random(in: 1e-4...1e-2, using: &generator) }
    let floats = (0..<30_000).map { place in
      Float.random(in: -100...100, using: &generator).rounded() * scales[place / 300]
    }
    try check(Pair(floats, isHalf: false), layout(4), zeros: floats.count { $0 == 0 }, level: level)
  }

  @Test("All zeros may be negative, which takes a few bytes")
  func allNegative() throws {
    var generator = SeededGenerator(seed: 18)
    let floats = (0..<30_000).map { _ in
      Bool.random(using: &generator) ? -0.0 : Float.random(in: 0...1, using: &generator)
    }
    try check(Pair(floats, isHalf: false), layout(4), zeros: 0, level: .balanced)
  }

  @Test("Integers have no negative zeros", arguments: [ElementLayout.Kind.signedInteger, .opaque])
  func otherKinds(kind: ElementLayout.Kind) throws {
    let words: [UInt32] = (0..<3000).map { place in
      if place % 7 == 0 { return UInt32(place) }
      return place % 2 == 0 ? 0 : 1 << 31
    }
    let chunk = bytes(words)
    let coded = try ChunkCoder(level: .balanced).encode(chunk, layout(4, kind))
    #expect(coded.first != EncodingID.negativeZeros.rawValue)
  }

  @Test(
    "Every row of up to five zeros and others is taken apart and put together",
    arguments: [1, 2, 4, 8, 16])
  func exhaustive(width: Int) throws {
    let layout = try layout(width)
    let negative = [UInt8](repeating: 0, count: width - 1) + [0x80]
    let kinds = [
      [UInt8](repeating: 0, count: width), negative, [1] + negative.dropFirst(),
      [UInt8](repeating: 0x81, count: width),
    ]
    let coder = ChunkCoder(level: .balanced)
    for count in 1...5 {
      for number in 0..<(1 << (2 * count)) {
        let row = (0..<count).map { number >> (2 * $0) & 3 }
        let chunk = row.flatMap { kinds[$0] }
        let coded = try coder.encode(chunk, layout, in: NegativeZerosEncoding())
        #expect(try coded.map { try coder.decode($0, layout, size: chunk.count) } == chunk)
        let signs = row.filter { $0 < 2 }.enumerated().reduce(0) { $0 | $1.element << $1.offset }
        let stream: [UInt8] = row.contains { $0 < 2 } ? [UInt8(signs)] : []
        #expect(Array(coded?.suffix(stream.count) ?? []) == stream)
      }
    }
  }
}
