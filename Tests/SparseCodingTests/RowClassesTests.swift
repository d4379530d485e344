import TestSupport
import Testing

@testable import SparseCoding

@Suite struct RowClassesTests {
  /// Noise in rows, of which every third one has so many zero bits at its end.
  private func floats(_ count: Int, row: Int, first: Int, zeroBits: UInt32) -> [UInt8] {
    var generator = SeededGenerator(seed: UInt64(row + first))
    return bytes(
      (0..<count).map { place in
        let bits = Float.random(in: -0.1...0.1, using: &generator).bitPattern
        return (first + place) / row % 3 == 0 ? (bits >> zeroBits) << zeroBits : bits
      })
  }

  private func coded(
    _ chunk: [UInt8], _ layout: ElementLayout, row: Int, first: Int,
    level: CompressionLevel = .balanced
  ) throws -> [UInt8] {
    let coder = ChunkCoder(level: level)
    let hint = ChunkHint.rows(length: row, kernel: 1, first: first)
    let coded = try coder.encode(chunk, layout, hints: [hint])
    #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
    return coded
  }

  @Test(
    "Rows that came from a narrower type are found among others and take less",
    arguments: [8, 13, 16] as [UInt32], [(384, 0), (384, 100), (1000, 999)])
  func narrow(zeroBits: UInt32, rows: (length: Int, first: Int)) throws {
    let (row, first) = rows
    let chunk = floats(60_000, row: row, first: first, zeroBits: zeroBits)
    let coded = try coded(chunk, layout(4), row: row, first: first)
    #expect(coded.first == EncodingID.rowClasses.rawValue)
    let coder = ChunkCoder(level: .balanced)
    #expect(coded.count < (try coder.encode(chunk, layout(4)).count))
    // As little as either kind takes alone, and the header.
    let apart = try [true, false].reduce(0) { size, isNarrow in
      let elements = (0..<60_000).filter { ((first + $0) / row % 3 == 0) == isNarrow }
      return try size
        + coder.encode(elements.flatMap { chunk[4 * $0..<4 * $0 + 4] }, layout(4)).count
    }
    #expect(coded.count < apart + 60_000 / row / 8 + 16)
  }

  @Test("Mostly zero chunks with empty rows are left to what says where zeros are")
  func emptyRows() throws {
    var generator = SeededGenerator(seed: 9)
    let chunk = bytes(
      (0..<60_000).map { place in
        let isZero = place / 384 % 20 == 0 || Int.random(in: 0..<20, using: &generator) > 0
        return isZero ? 0 : Float.random(in: 0.05...0.1, using: &generator).bitPattern
      })
    let coded = try coded(chunk, layout(4), row: 384, first: 0)
    #expect([EncodingID.bitmask, .gaps].map(\.rawValue).contains(coded.first))
  }

  @Test("Rows of bytes that spread differently are told apart, but not at the smallest level")
  func spread() throws {
    var generator = SeededGenerator(seed: 3)
    let chunk = (0..<60_000).map { place in
      let most: Int8 = place / 300 % 2 == 0 ? 5 : 100
      return UInt8(bitPattern: Int8.random(in: -most...most, using: &generator))
    }
    let layout = try layout(1, .signedInteger)
    let plain = try ChunkCoder(level: .balanced).encode(chunk, layout)
    let classes = try coded(chunk, layout, row: 300, first: 0)
    #expect(classes.first == EncodingID.rowClasses.rawValue)
    #expect(Double(classes.count) < 0.9 * Double(plain.count))
    let small = try coded(chunk, layout, row: 300, first: 0, level: .small)
    #expect(small.first != EncodingID.rowClasses.rawValue)
  }

  @Test("Rows of one kind, short rows and noise are coded by another encoding")
  func others() throws {
    let same = floats(3000, row: 100, first: 0, zeroBits: 0)
    #expect(try coded(same, layout(4), row: 100, first: 0).first != EncodingID.rowClasses.rawValue)
    let short = floats(60_000, row: 63, first: 0, zeroBits: 16)
    #expect(try coded(short, layout(4), row: 63, first: 0).first != EncodingID.rowClasses.rawValue)
  }

  @Test("Every element is of the row that its place says", arguments: 1...9, 0...8)
  func places(row: Int, first: Int) throws {
    guard first < row else { return }
    let count = 17
    let numbers = (0..<(first + count - 1) / row + 1).map { UInt8($0 * $0 % 2) }
    guard Set(numbers).count == 2 else { return }
    let coder = ChunkCoder(level: .fast)
    var coded: [UInt8] = []
    for number in [row, first, 2] { coded.append(number: number) }
    numbers.withUnsafeBytes { coder.append(stream: $0, to: &coded) }
    try coded.withUnsafeBytes { bytes in
      var reader = CodedReader(bytes)
      let classes = try RowClasses(from: &reader, elements: count, with: coder)
      for kind in 0...1 {
        var found: [Int] = []
        classes.forEachRow(of: kind, among: count) { found += $0 }
        #expect(found == (0..<count).filter { numbers[(first + $0) / row] == UInt8(kind) })
        #expect(classes.elementCount(of: kind, among: count) == found.count)
      }
    }
  }
}
