import TestSupport
import Testing

@testable import SparseCoding

/// Naive forms of the parts a reader has to agree on.
@Suite struct ReferenceTests {
  private func analysed<Result>(
    _ chunk: [UInt8], _ layout: ElementLayout, _ body: (ChunkAnalysis) throws -> Result
  ) rethrows -> Result {
    try chunk.withUnsafeBytes { chunk in
      try body(
        ChunkAnalysis(Elements(chunk, layout), hints: [], coder: ChunkCoder(level: .fast)))
    }
  }

  private func flags(_ chunk: [UInt8], _ width: Int) -> [Bool] {
    stride(from: 0, to: chunk.count, by: width).map { first in
      chunk[first..<(first + width)].contains { $0 != 0 }
    }
  }

  @Test("Masks, gaps, counts and values agree with naive ones", arguments: everyLayout)
  func positions(layout: ElementLayout) {
    for (count, zeros) in [(1, 0), (9, 50), (64, 90), (600, 10), (1500, 99), (900, 100)] {
      let chunk = sampleElements(count, width: layout.width, zeros: zeros, seed: 4)
      let flags = flags(chunk, layout.width)
      var mask = [UInt8](repeating: 0, count: (count + 7) / 8)
      for (index, flag) in flags.enumerated() where flag { mask[index / 8] |= 1 << (index % 8) }
      var gaps: [UInt8] = []
      var distance = 0
      for flag in flags {
        if flag {
          gaps.append(UInt8(distance))
          distance = 0
        } else {
          distance += 1
          if distance == 255 {
            gaps.append(255)
            distance = 0
          }
        }
      }
      while gaps.last == 255 { gaps.removeLast() }
      analysed(chunk, layout) { analysis in
        #expect(analysis.nonZeroCount == flags.count { $0 })
        #expect(Array(analysis.mask) == mask)
        #expect(Array(analysis.gaps) == gaps)
        #expect(flags.contains(true) == (analysis.nonZeros.count > 0))
      }
    }
  }

  @Test(
    "Patterns are numbered by their masks and packed as digits",
    arguments: [(1, 2), (2, 4), (1, 4), (4, 8), (3, 5), (8, 16), (15, 16)])
  func patternNumbers(kept: Int, group: Int) {
    let numbers = PatternNumbers(kept: kept, group: group)
    let masks = (0..<(1 << group)).filter { $0.nonzeroBitCount == kept }
    #expect(numbers.masks.map(Int.init) == masks)
    let base = masks.count
    #expect((0..<numbers.perWord).reduce(1) { product, _ in product * base } <= 1 << 32)
    #expect((0...numbers.perWord).reduce(1) { product, _ in product * base } > 1 << 32)

    var generator = SeededGenerator(seed: UInt64(base))
    for count in [1, numbers.perWord - 1, numbers.perWord, numbers.perWord + 1, 100] where count > 0
    {
      let digits = (0..<count).map { _ in Int.random(in: 0..<base, using: &generator) }
      var expected: [UInt8] = []
      for first in stride(from: 0, to: count, by: numbers.perWord) {
        let word = digits[first..<min(count, first + numbers.perWord)]
        var value = word.reversed().reduce(0) { $0 * base + $1 }
        var reach = word.reduce(1) { product, _ in product * base } - 1
        while reach > 0 {
          expected.append(UInt8(value & 255))
          (value, reach) = (value >> 8, reach >> 8)
        }
      }
      var packed = [UInt8](repeating: 0, count: numbers.packedLength(groups: count))
      var unpacked = [UInt16](repeating: 0, count: count)
      digits.map { UInt16(masks[$0]) }.withUnsafeBytes { source in
        packed.withUnsafeMutableBytes { target in
          if let base = source.baseAddress { numbers.pack(base, groups: count, into: target) }
        }
      }
      #expect(packed == expected)
      let isValid = packed.withUnsafeBytes { source in
        unpacked.withUnsafeMutableBytes { target in
          target.baseAddress.map { numbers.unpack(source, groups: count, into: $0) }
        }
      }
      #expect(isValid == true)
      #expect(unpacked.map(Int.init) == digits.map { masks[$0] })
    }
  }

  @Test("Twelve groups of 2:4 share four bytes")
  func twoOfFour() {
    let numbers = PatternNumbers(kept: 2, group: 4)
    #expect(numbers.perWord == 12)
    #expect(numbers.packedLength(groups: 24) == 8)
    #expect(numbers.packedLength(groups: 13) == 5)
  }

  @Test(
    "Every pattern shape brings its chunk back, full or not",
    arguments: [(1, 2, 1), (2, 4, 1), (2, 4, 5), (4, 8, 3), (8, 16, 2), (15, 16, 1)])
  func patternShapes(kept: Int, group: Int, stride: Int) throws {
    let coder = ChunkCoder(level: .fast)
    let shape = PatternShape(kept: kept, group: group, stride: stride)
    for width in [1, 2, 4, 8, 16] {
      let layout = try layout(width, .opaque)
      var chunk = patternElements(shape, blocks: 3, width: width, seed: 6)
      for clear in 0..<2 {
        for byte in 0..<(clear * width) { chunk[byte] = 0 }
        let coded = try chunk.withUnsafeBytes { chunk -> [UInt8]? in
          let analysis = ChunkAnalysis(Elements(chunk, layout), hints: [], coder: coder)
          var coded: [UInt8] = [7]
          return try PatternEncoding().encode(analysis, shape, into: &coded) ? coded : nil
        }
        #expect(try coder.decode(#require(coded), layout, size: chunk.count) == chunk)
      }
    }
  }

  @Test("A group with one element too many has no pattern")
  func overfullGroup() throws {
    let chunk: [UInt8] = [1, 1, 0, 0, 1, 1, 1, 0]
    try analysed(chunk, try layout(1, .opaque)) { analysis in
      var coded: [UInt8] = []
      let shape = PatternShape(kept: 2, group: 4, stride: 1)
      let fits = try PatternEncoding().encode(analysis, shape, into: &coded)
      #expect(!fits)
    }
  }

  @Test("Every transform of every integer comes back", arguments: [1, 2, 4, 8])
  func transforms(width: Int) throws {
    let coder = ChunkCoder(level: .fast)
    var chunk = sampleElements(50, width: width, zeros: 20, seed: 1)
    chunk += [UInt8](repeating: 0xFF, count: width)
    chunk += [UInt8](repeating: 0, count: width - 1) + [0x80]
    for kind in [ElementLayout.Kind.signedInteger, .unsignedInteger] {
      let layout = try layout(width, kind)
      for transform in IntegerTransform.allCases {
        var coded: [UInt8] = [4]
        analysed(chunk, layout) { IntegerEncoding().encode($0, transform, into: &coded) }
        #expect(try coder.decode(coded, layout, size: chunk.count) == chunk)
      }
    }
  }

  @Test("The logarithm is right to a millionth")
  func logarithm() {
    for exponent in 0..<40 { #expect(binaryLogarithm(1 << exponent) == Double(exponent)) }
    for (number, expected) in [(3, 1.584_962_501), (1000, 9.965_784_285), (262_143, 17.999_994_5)] {
      #expect(abs(binaryLogarithm(number) - expected) < 2e-5)
    }
  }
}
