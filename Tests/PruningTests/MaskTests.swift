import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

@Suite struct MaskTests {
  @Test func pruningARangeSetsItsBitsAndNoOthers() {
    for start in [0, 1, 62, 63, 64, 65, 127] {
      for end in [start, start + 1, start + 2, start + 64, start + 65, start + 129] {
        var mask = Mask(count: 260)
        mask.prune(start..<end)
        #expect(mask.bools == (0..<260).map { (start..<end).contains($0) })
        #expect(mask.prunedCount == end - start)
      }
    }
  }

  @Test func bitsAreInsertedFromAndToAnyPlace() {
    var random = SeededGenerator(seed: 2)
    let bits = (0..<5).map { _ in random.next() }
    func bit(_ index: Int) -> Bool { bits[index / 64] >> UInt64(index % 64) & 1 == 1 }
    for source in [0, 1, 63, 64, 70] {
      for target in [0, 5, 63, 64, 100] {
        for count in [0, 1, 63, 64, 65, 150] {
          var mask = Mask(count: 256)
          mask.insert(bits, from: source, count: count, at: target)
          let expected = (0..<256).map {
            (target..<target + count).contains($0) && bit($0 - target + source)
          }
          #expect(mask.bools == expected, "\(source) \(target) \(count)")
        }
      }
    }
  }

  @Test func aBitCanBeTakenBack() {
    var mask = Mask(count: 3)
    mask[1] = true
    mask[1] = false
    #expect(mask == Mask(count: 3))
  }
}

@Suite struct MaskedSourceTests {
  /// Every type that can be pruned.
  static let types = ElementType.allCases.filter(\.hasZero)

  @Test(arguments: types)
  func everyRangeOfBytesIsReadAsFromTheWhole(type: ElementType) throws {
    let count = 13
    let bitWidth = try #require(type.bitWidth)
    let byteCount = try #require(type.byteCount(of: count))
    var random = SeededGenerator(seed: UInt64(type.rawValue))
    let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    var mask = Mask(count: count)
    for index in 0..<count { mask[index] = Bool.random(using: &random) }
    // Bit by bit: zero where an element goes, all else as it was, padding too.
    var expected = bytes
    for element in 0..<count where mask[element] {
      for bit in element * bitWidth..<(element + 1) * bitWidth {
        expected[bit / 8] &= ~(1 << UInt8(bit % 8))
      }
    }
    let source = try #require(MaskedSource(MemorySource(bytes), mask: mask, elementType: type))
    for start in 0...byteCount {
      for end in start...byteCount {
        #expect(try source.bytes(in: start..<end) == Array(expected[start..<end]))
      }
    }
  }

  @Test func quantisedIntegersBecomeTheirZeroPoint() throws {
    let values = QuantizationValues(
      spread: .axis(StridedAxis(length: 3, stride: 2)), scales: [1, 1, 1], zeroPoints: [7, -3, 0])
    let bytes = (10..<22).map { UInt8($0) }
    var mask = Mask(count: 12)
    for index in [0, 2, 3, 4, 6, 9, 11] { mask[index] = true }
    let source = try #require(
      MaskedSource(MemorySource(bytes), mask: mask, elementType: .int8, quantization: values))
    let minusThree = UInt8(bitPattern: -3)
    #expect(
      try source.bytes() == [7, 11, minusThree, minusThree, 0, 15, 7, 17, 18, minusThree, 20, 0])
  }

  @Test func fourBitZeroPointsFillNibbles() throws {
    let values = QuantizationValues(spread: .whole, scales: [1], zeroPoints: [8])
    var mask = Mask(count: 5)
    for index in [1, 2, 4] { mask[index] = true }
    let source = try #require(
      MaskedSource(
        MemorySource([0x21, 0x43, 0xF5]), mask: mask, elementType: .uint4, quantization: values))
    // The padding nibble of an odd count stays as it was.
    #expect(try source.bytes() == [0x81, 0x48, 0xF8])
  }

  @Test func maskingTwiceJoinsTheMasks() throws {
    var first = Mask(count: 4)
    first[0] = true
    var second = Mask(count: 4)
    second[3] = true
    let base = MemorySource([1, 2, 3, 4])
    let once = try #require(MaskedSource(base, mask: first, elementType: .int8))
    let twice = try #require(MaskedSource(once, mask: second, elementType: .int8))
    #expect(try twice.bytes() == [0, 2, 3, 0])
    #expect(twice.base is MemorySource)
  }

  @Test func contentsOfAnotherSizeAreRefused() {
    let source = MaskedSource(
      MemorySource([1, 2, 3]), mask: Mask(count: 2), elementType: .int16)
    #expect(source == nil)
  }
}
