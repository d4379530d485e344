import TestSupport
import Testing

@testable import SparseCoding

@Suite struct ChoiceTests {
  private let coder = ChunkCoder(level: .balanced)

  /// Normal-looking floats, by the sum of uniform ones.
  private func weights(_ count: Int, keepBits: UInt32 = .max) -> [UInt32] {
    var generator = SeededGenerator(seed: 11)
    return (0..<count).map { _ in
      let sum = (0..<6).reduce(Float(0)) { total, _ in
        total + Float.random(in: -0.02...0.02, using: &generator)
      }
      return sum.bitPattern & keepBits
    }
  }

  private func coded(
    _ values: [UInt32], kind: ElementLayout.Kind = .float, hints: [ChunkHint] = []
  ) throws -> [UInt8] {
    let chunk = bytes(values)
    let layout = try layout(4, kind)
    let coded = try coder.encode(chunk, layout, hints: hints)
    #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
    return coded
  }

  @Test("Dense floats are split and lose a sixth")
  func denseFloats() throws {
    let coded = try coded(weights(20_000))
    #expect(coded[0] == EncodingID.floatJoint.rawValue)
    #expect(coded.count < 80_000 * 86 / 100)
  }

  @Test("Floats that came from bfloat16 cost no more than half")
  func widenedFloats() throws {
    #expect(try coded(weights(20_000, keepBits: 0xFFFF_0000)).count < 32_000)
  }

  @Test("Scattered zeros are worth a mask or gaps", arguments: [50, 80, 95])
  func scatteredZeros(percent: Int) throws {
    var generator = SeededGenerator(seed: 5)
    let values = weights(20_000).map { value in
      Int.random(in: 0..<100, using: &generator) < percent ? 0 : value
    }
    let coded = try coded(values)
    #expect([5, 6].contains(coded[0]))
    let zeros = values.count { $0 == 0 }
    let limit = maskEntropy(yes: zeros, of: values.count) + Double(20_000 - zeros) * 3.45
    #expect(Double(coded.count) < limit * 1.03 + 300)
  }

  @Test("A hinted pattern across rows is found")
  func stridedPattern() throws {
    let shape = PatternShape(kept: 2, group: 4, stride: 48)
    let chunk = patternElements(shape, blocks: 30, width: 4, seed: 2)
    let layout = try layout(4)
    let hint = ChunkHint.pattern(kept: 2, group: 4, stride: 48)
    let coded = try coder.encode(chunk, layout, hints: [hint])
    #expect(coded[0] == 7)
    #expect(coded.count < (try coder.encode(chunk, layout)).count)
    #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
  }

  @Test("Hinted blocks of zeros are left out")
  func zeroBlocks() throws {
    let values = weights(64 * 64)
    let blocked = values.indices.map { index -> UInt32 in
      let (row, column) = index.quotientAndRemainder(dividingBy: 64)
      return (row / 8 * 3 + column / 4) % 5 == 0 ? values[index] : 0
    }
    let hint = ChunkHint.blocks(rows: 8, columns: 4, rowLength: 64)
    #expect(try coded(blocked, hints: [hint])[0] == 8)
  }

  @Test("Wrong hints do no harm")
  func wrongHints() throws {
    let hints: [ChunkHint] = [
      .pattern(kept: 0, group: 0, stride: 0), .pattern(kept: 3, group: 99, stride: -4),
      .pattern(kept: 1, group: 2, stride: .max), .blocks(rows: 0, columns: 0, rowLength: 0),
      .blocks(rows: .max, columns: .max, rowLength: .max),
      .blocks(rows: 3, columns: 5, rowLength: 7),
      .pattern(kept: 1, group: 16, stride: 1),
    ]
    var values = weights(640)
    for index in stride(from: 0, to: 640, by: 2) { values[index] = 0 }
    #expect(try coded(values, hints: hints) == coded(values))
  }

  @Test("Rising integers shrink to differences, small ones to one plane")
  func integers() throws {
    #expect(try coded((0..<5000).map { 1_000_000 + $0 }, kind: .signedInteger).count < 32)
    #expect(try coded([1, 7, .max, 64, 3], kind: .signedInteger).count == 8)
  }
}
