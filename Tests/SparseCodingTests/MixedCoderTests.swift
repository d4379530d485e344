import TestSupport
import Testing

@testable import SparseCoding

@Suite struct MixedCoderTests {
  @Test("Rows and channels of different sizes take less than the entropy of their symbols")
  func gain() throws {
    let geometry = RowGeometry(rowLength: 288, kernel: 9, first: 0)
    let symbols = Self.symbols(rows: 400, geometry, seed: 1)
    let grid = ElementGrid(geometry: geometry)
    let entropy = symbols.withUnsafeBytes { StreamStatistics($0).estimatedSize }
    let coded = try code(symbols, grid)
    #expect(Double(coded.count) < entropy * 0.93, "\(coded.count) of \(entropy)")
    #expect(try decode(coded, symbols.count) == symbols)
  }

  @Test("Symbols of every geometry come back", arguments: [256, 257, 319, 320, 321, 640])
  func geometries(count: Int) throws {
    for (rowLength, kernel) in [(1, 1), (6, 3), (64, 64), (count, 1), (9, 9), (512, 1)] {
      for first in [0, rowLength / 2, rowLength - 1] {
        let geometry = RowGeometry(rowLength: rowLength, kernel: kernel, first: first)
        let symbols = Array(Self.symbols(rows: 2, geometry, seed: 7).prefix(count))
        let stream = symbols + [UInt8](repeating: 3, count: count - symbols.count)
        let coded = try code(stream + [1, 2], ElementGrid(geometry: geometry))
        #expect(try decode(coded, count + 2) == stream + [1, 2], "\(geometry)")
      }
    }
  }

  @Test("Symbols of some elements come back by the mask and the gaps that place them")
  func places() throws {
    var generator = SeededGenerator(seed: 5)
    let kept = (0..<4000).map { _ in Int.random(in: 0..<100, using: &generator) < 12 } + [true]
    let positions = kept.indices.filter { kept[$0] }
    let symbols = positions.map { UInt8($0 % 48 / 9 + Int.random(in: 0...2, using: &generator)) }
    let geometry = RowGeometry(rowLength: 48, kernel: 3, first: 5)
    let coded = try bytes(positions.map(UInt32.init)).withUnsafeBytes { positions in
      try code(symbols, ElementGrid(geometry: geometry, positions: positions))
    }
    var mask = [UInt8](repeating: 0, count: (kept.count + 63) / 64 * 8)
    for place in positions { mask[place / 8] |= 1 << UInt8(place % 8) }
    let byMask = try mask.withUnsafeBytes { try decode(coded, symbols.count, at: .mask($0)) }
    #expect(byMask == symbols)
    var (gaps, next): ([UInt8], Int) = ([], 0)
    for place in positions {
      gaps += [UInt8](repeating: 255, count: (place - next) / 255) + [UInt8((place - next) % 255)]
      next = place + 1
    }
    let byGaps = try gaps.withUnsafeBytes { try decode(coded, symbols.count, at: .gaps($0)) }
    #expect(byGaps == symbols)
    #expect((try? decode(coded, symbols.count)) != symbols)
  }

  @Test("Every symbol has its way through the tree, likely symbols a short one", arguments: 2...40)
  func tree(kinds: Int) throws {
    var generator = SeededGenerator(seed: UInt64(kinds))
    let stream = (0..<2000).map { _ in
      let (left, right) = (
        Int.random(in: 0..<kinds, using: &generator), Int.random(in: 0..<kinds, using: &generator)
      )
      return UInt8(min(left, right))
    }
    let frequencies = try #require(
      stream.withUnsafeBytes { ByteFrequencies(of: $0, largestBits: 12) })
    let tree = SymbolTree(frequencies)
    #expect(tree.nodes.count == Set(stream).count - 1)
    var questions = 0.0
    for symbol in Set(stream) {
      var (node, answers) = (0, 0)
      while node >= 0 {
        answers += 1
        node = symbol > tree.nodes[node].split ? tree.nodes[node].yes : tree.nodes[node].no
        questions += Double(frequencies.counts[Int(symbol)]) / Double(frequencies.total)
      }
      #expect(-1 - node == Int(symbol) && tree.answerCounts[Int(symbol)] == answers)
    }
    let entropy = stream.withUnsafeBytes { ByteHistogram(of: $0).bitsPerByte }
    #expect(questions < entropy + 1)
  }

  @Test(
    "Rows and kernels that do not fit are refused",
    arguments: ["00 01 00", "0401 05", "04 03 00", "04 04 04", "8202 8202 00", "818010 01 00"])
  func numbers(start: String) {
    let expected = SparseCodingError.badStream(
      .mixed, reason: "rows that are too long, or kernels that do not fit them")
    #expect(throws: expected) { try decode(hex(start) + [8, 0, 0, 0], 300) }
  }

  @Test("Answers are used up, and no more")
  func length() throws {
    let geometry = RowGeometry(rowLength: 12, kernel: 3, first: 0)
    let symbols = Self.symbols(rows: 25, geometry, seed: 3)
    let coded = try code(symbols, ElementGrid(geometry: geometry))
    for wrong in [coded.dropLast(), coded + [0]] {
      #expect(
        throws: SparseCodingError.badStream(.mixed, reason: "answers that do not come out even")
      ) {
        try decode(Array(wrong), symbols.count)
      }
    }
  }

  @Test("A cut stream is refused, and every flipped bit gives an error or an output")
  func damage() throws {
    let geometry = RowGeometry(rowLength: 12, kernel: 3, first: 0)
    let symbols = Self.symbols(rows: 25, geometry, seed: 4)
    let coded = try code(symbols, ElementGrid(geometry: geometry))
    for length in coded.indices {
      #expect(throws: SparseCodingError.self, "\(length)") {
        try decode(Array(coded[..<length]), symbols.count)
      }
    }
    var different = 0
    for bit in 0..<coded.count * 8 {
      var damaged = coded
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      if (try? decode(damaged, symbols.count)) != symbols { different += 1 }
    }
    // The last bytes only end the interval, in which any number would do.
    #expect(different > (coded.count - 5) * 8)
  }

  /// Symbols that are larger in some rows and channels than in others.
  private static func symbols(rows: Int, _ geometry: RowGeometry, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    func sizes(_ count: Int) -> [Int] {
      (0..<count).map { _ in .random(in: 0...6, using: &generator) }
    }
    let (ofRow, ofChannel) = (sizes(rows), sizes(geometry.rowLength / geometry.kernel))
    return (0..<rows * geometry.rowLength).map { index in
      let (row, column) = index.quotientAndRemainder(dividingBy: geometry.rowLength)
      let size = ofRow[row] + ofChannel[column / geometry.kernel]
      return UInt8(size + min(3, (generator.next() | 8).trailingZeroBitCount))
    }
  }

  private func code(_ symbols: [UInt8], _ grid: ElementGrid) throws -> [UInt8] {
    let scratch = ScratchStack()
    return try symbols.withUnsafeBytes { raw in
      let statistics = StreamStatistics(raw, on: grid)
      return Array(
        try #require(
          MixedCodec(.small, .best).encode(raw, statistics, scratch: scratch, for: StreamUse()))
      )
    }
  }

  private func decode(
    _ coded: [UInt8], _ count: Int, at places: ElementPlaces = .all
  ) throws -> [UInt8] {
    var output = [UInt8](repeating: 0xA5, count: count)
    try coded.withUnsafeBytes { coded in
      try output.withUnsafeMutableBytes {
        try MixedCodec(.fast, .best).decode(coded, into: $0, for: StreamUse(places: places))
      }
    }
    return output
  }
}
