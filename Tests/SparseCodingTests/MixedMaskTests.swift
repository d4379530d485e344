import TestSupport
import Testing

@testable import SparseCoding

@Suite struct MixedMaskTests {
  @Test("Rows and channels of different densities take less than the entropy of the mask")
  func gain() throws {
    let elements = Self.elements(rows: 400, rowLength: 288, kernel: 9, seed: 1)
    let coded = try code(elements, RowGeometry(rowLength: 288, kernel: 9, first: 0))
    let kept = elements.count { $0 > 0 }
    let entropy = maskEntropy(yes: kept, of: elements.count)
    #expect(Double(coded.count) < entropy * 0.93, "\(coded.count) of \(entropy)")
    #expect(try decode(coded, elements.count) == elements)
  }

  @Test("Masks of every geometry come back", arguments: [1, 2, 7, 8, 9, 63, 64, 65, 500])
  func geometries(count: Int) throws {
    for (rowLength, kernel) in [(1, 1), (6, 3), (64, 64), (count, 1), (9, 9)] {
      for first in [0, rowLength / 2, rowLength - 1] {
        let geometry = RowGeometry(rowLength: rowLength, kernel: kernel, first: first)
        for share in [0, 0.02, 0.5, 1] {
          var elements = Self.random(count, share: share, seed: UInt64(count))
          elements[count / 2] = 3
          let coded = try code(elements, geometry)
          #expect(try decode(coded, count) == elements, "\(geometry), \(share)")
        }
      }
    }
  }

  @Test("The example of the page")
  func example() throws {
    let elements: [UInt8] = [0, 0, 3, 0, 0, 0, 0, 5]
    let coded = try code(elements, RowGeometry(rowLength: 4, kernel: 4, first: 0))
    #expect(hex(coded) == "0b04040005b46be61300000305")
  }

  @Test(
    "Numbers that do not fit, and bits that do not come out even, are refused",
    arguments: [
      "0b 00 01 00", "0b 09 01 00", "0b 04 00 00", "0b 04 41 00", "0b 04 03 00", "0b 04 04 04",
    ])
  func numbers(start: String) {
    #expect(
      refusal(hex(start) + [0])
        == .badChunk(.mixedMask, reason: "rows that do not fit the chunk, or kernels their rows"))
  }

  @Test("Bits are used up, and no more")
  func length() throws {
    let elements: [UInt8] = [0, 0, 3, 0, 0, 0, 0, 5]
    let coded = try code(elements, RowGeometry(rowLength: 4, kernel: 4, first: 0))
    let expected = SparseCodingError.badChunk(
      .mixedMask, reason: "bits of a mask that do not come out even")
    var short = coded
    short.remove(at: 9)
    short[4] -= 1
    #expect(refusal(short) == expected)
    var long = coded
    long.insert(0, at: 10)
    long[4] += 1
    #expect(refusal(long) == expected)
  }

  @Test("Rows say nothing of no elements, whatever the level", arguments: CompressionLevel.allCases)
  func noElements(level: CompressionLevel) throws {
    let coded = try ChunkCoder(level: level)
      .encode([], layout(4), hints: [.rows(length: 4, kernel: 2, first: 0)])
    #expect(coded == [0])
  }

  @Test("The tables are those of the page")
  func tables() {
    func moment<Value: BinaryInteger>(_ table: [Value]) -> Int {
      table.enumerated().reduce(0) { $0 + $1.offset * Int($1.element) }
    }
    let tables = LogisticTables.shared
    #expect(tables.squash.reduce(0) { $0 + Int($1) } == 134_184_982)
    #expect(moment(tables.squash) == 405_143_682_336)
    #expect(tables.stretch.reduce(0) { $0 + Int($1) } == 0)
    #expect(moment(tables.stretch) == 2_146_020_313)
  }

  /// One-byte elements, non-zero more often in some rows and channels than in others.
  private static func elements(rows: Int, rowLength: Int, kernel: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    func shares(_ count: Int, _ range: ClosedRange<Double>) -> [Double] {
      (0..<count).map { _ in .random(in: range, using: &generator) }
    }
    let (ofRow, ofChannel) = (shares(rows, 0.05...0.5), shares(rowLength / kernel, 0.05...0.9))
    return (0..<rows * rowLength).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: rowLength)
      let share = ofRow[row] * ofChannel[column / kernel]
      return Double.random(in: 0..<1, using: &generator) < share ? 7 : 0
    }
  }

  private static func random(_ count: Int, share: Double, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      Double.random(in: 0..<1, using: &generator) < share
        ? .random(in: 1...9, using: &generator) : 0
    }
  }

  private func code(_ elements: [UInt8], _ geometry: RowGeometry) throws -> [UInt8] {
    let coder = ChunkCoder(level: .small)
    let hint = ChunkHint.rows(
      length: geometry.rowLength, kernel: geometry.kernel, first: geometry.first)
    return try elements.withUnsafeBytes { bytes in
      let chunk = ChunkAnalysis(
        Elements(bytes, try layout(1, .opaque)), hints: [hint], coder: coder)
      return try #require(try coder.encode(chunk, MixedMaskEncoding()))
    }
  }

  private func decode(_ coded: [UInt8], _ count: Int) throws -> [UInt8] {
    try ChunkCoder(level: .fast).decode(coded, layout(1, .opaque), size: count)
  }

  private func refusal(_ coded: [UInt8]) -> SparseCodingError? {
    do {
      _ = try decode(coded, 8)
      return nil
    } catch {
      return error as? SparseCodingError
    }
  }
}
