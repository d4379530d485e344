import TestSupport
import Testing

@testable import SparseCoding

@Suite struct PaletteTests {
  /// Elements of so many values, each of them there, in an order without a pattern.
  private func elements(of values: Int, count: Int, width: Int) -> [[UInt8]] {
    var generator = SeededGenerator(seed: UInt64(values))
    var different: Set<[UInt8]> = []
    while different.count < values {
      different.insert((0..<width).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }
    let list = different.sorted { $0.lexicographicallyPrecedes($1) }
    return
      (list
      + (list.count..<count).map { _ in list[Int.random(in: list.indices, using: &generator)] })
      .shuffled(using: &generator)
  }

  @Test(
    "The values are those of a set in order, and the places theirs",
    arguments: [1, 2, 17, 255, 256, 257], [2, 4, 8])
  func reference(values: Int, width: Int) throws {
    let elements = elements(of: values, count: 700, width: width)
    // The highest byte stands last.
    let expected = Set(elements).sorted { $0.reversed().lexicographicallyPrecedes($1.reversed()) }
    var indices = [UInt8](repeating: 0, count: elements.count)
    let word = try layout(width).word
    let found = elements.flatMap(\.self).withUnsafeBytes { source in
      indices.withUnsafeMutableBytes { word.palette(of: source, indices: $0) }
    }
    guard values <= 256 else { return #expect(found == nil) }
    #expect(found == expected.flatMap(\.self))
    #expect(indices.map { expected[Int($0)] } == elements)
  }

  @Test("Clustered weights take as much as their places", arguments: CompressionLevel.allCases)
  func clusters(level: CompressionLevel) throws {
    let chunk = elements(of: 16, count: 20_000, width: 4).flatMap(\.self)
    let coder = ChunkCoder(level: level)
    let coded = try coder.encode(chunk, layout(4))
    #expect(coded.first == EncodingID.palette.rawValue)
    #expect(coded.count < 20_000 / 2 + 300)
    #expect(try coder.decode(coded, layout(4), size: chunk.count) == chunk)
  }

  @Test("Mostly zero weights of many values are promised no palette, however few a sample shows")
  func manyValues() throws {
    let elements = (0..<20_000).map { UInt32($0 % 40 == 0 ? $0 + 1 : 0) }
    let coder = ChunkCoder(level: .balanced)
    try bytes(elements).withUnsafeBytes { source in
      let chunk = ChunkAnalysis(Elements(source, try layout(4)), coder: coder)
      #expect(Set(chunk.sample.bytes.bindMemory(to: UInt32.self)).count < 256)
      #expect(PaletteEncoding().estimate(chunk) == nil)
    }
  }

  @Test("Clustered weights that are pruned are a mask and a palette")
  func prunedClusters() throws {
    var elements = elements(of: 16, count: 20_000, width: 4)
    for place in elements.indices where place % 10 != 3 { elements[place] = [0, 0, 0, 0] }
    for place in stride(from: 0, to: 20_000, by: 37) { elements[place] = [0, 0, 0, 0] }
    let chunk = elements.flatMap(\.self)
    let coder = ChunkCoder(level: .balanced)
    let coded = try coder.encode(chunk, layout(4))
    #expect(coded.count < 20_000 / 8)
    #expect(try coder.decode(coded, layout(4), size: chunk.count) == chunk)
  }
}
