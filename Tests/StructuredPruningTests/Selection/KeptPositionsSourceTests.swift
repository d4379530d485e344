import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct KeptPositionsSourceTests {
  @Test func allSmallShapesAndMasksReadAsAPlainLoopDoes() throws {
    for rank in 0...3 {
      for number in 0..<(0..<rank).reduce(1, { size, _ in size * 4 }) {
        let shape = (0..<rank).map { number >> (2 * $0) & 3 }
        for masks in allMasks(of: shape) { try check(shape, masks, elementSize: 1) }
      }
    }
  }

  @Test func widerElementsAndLargerTensorsReadAsAPlainLoopDoes() throws {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<60 {
      let shape = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        Int.random(in: 1...6, using: &random)
      }
      let masks: [[Bool]?] = shape.map { length in
        guard Int.random(in: 0..<3, using: &random) > 0 else { return nil }
        return (0..<length).map { _ in Int.random(in: 0..<4, using: &random) > 0 }
      }
      try check(shape, masks, elementSize: [1, 2, 4, 8, 16].randomElement(using: &random) ?? 1)
    }
  }

  @Test func longRunsAndWindowsAreReadInTheirPlaces() throws {
    // Rows of 40 000 bytes are read directly, rows of 700 bytes through windows.
    for (rows, row) in [(8, 40_000), (600, 700)] {
      let mask = (0..<rows).map { $0 % 3 != 1 }
      try check([rows, row], [mask, nil], elementSize: 1, offsets: [0, 1, 39_999, 123_457])
    }
  }

  @Test(arguments: [ElementType.int4, .uint2, .float6E2M3, .float4E2M1])
  func elementsSmallerThanAByteArePackedAnew(type: ElementType) throws {
    var random = SeededGenerator(seed: 12)
    let width = try #require(type.bitWidth)
    for shape in [[1, 1], [3, 5], [2, 3, 7], [4, 4]] {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in UInt8.random(in: 0..<1 << width, using: &random) }
      let masks: [[Bool]?] = shape.map { length in (0..<length).map { $0 % 3 != 1 } }
      let tensor = Tensor(
        name: "t", elementType: type, shape: try #require(Shape(shape)),
        contents: MemorySource(packed(values, width)))
      let source = try #require(KeptPositionsSource.source(of: tensor, masks: masks))
      let expected = packed(naive(values, shape, masks, 1), width)
      #expect(source.byteCount == expected.count)
      for start in 0...expected.count {
        for end in start...expected.count {
          #expect(try source.bytes(in: start..<end) == Array(expected[start..<end]))
        }
      }
    }
  }

  @Test func whatDoesNotFitIsRefused() {
    let base = MemorySource(Array(repeating: 0, count: 6))
    let make = { (shape: [Int], size: Int, masks: [[Bool]?]) in
      KeptPositionsSource(base, shape: shape, elementSize: size, masks: masks)
    }
    #expect(make([2, 3], 1, [nil, nil]) != nil)
    #expect(make([2, 3], 2, [nil, nil]) == nil)
    #expect(make([2, 3], 0, [nil, nil]) == nil)
    #expect(make([2, 3], 1, [nil]) == nil)
    #expect(make([2, 3], 1, [nil, [true]]) == nil)
    #expect(make([-2, -3], 1, [nil, nil]) == nil)
    #expect(make([.max, .max], 1, [nil, nil]) == nil)
    let empty = KeptPositionsSource(
      MemorySource([]), shape: [0, .max, .max], elementSize: 1, masks: [nil, nil, nil])
    #expect(empty?.byteCount == 0)
    #expect(UnpackedElements(base, bitWidth: 4, count: 13) == nil)
    #expect(UnpackedElements(base, bitWidth: 4, count: .max) == nil)
  }

  private func check(
    _ shape: [Int], _ masks: [[Bool]?], elementSize: Int, offsets: [Int]? = nil
  ) throws {
    let bytes = (0..<shape.reduce(elementSize, *)).map {
      UInt8(truncatingIfNeeded: $0 &* 31 + $0 >> 8)
    }
    let source = try #require(
      KeptPositionsSource(MemorySource(bytes), shape: shape, elementSize: elementSize, masks: masks)
    )
    let expected = naive(bytes, shape, masks, elementSize)
    #expect(source.byteCount == expected.count)
    #expect(try source.bytes() == expected)
    for start in offsets ?? Array(0...expected.count) {
      for end in Set([start + 1, start + 7, expected.count])
      where end >= start && end <= expected.count {
        let found = try source.bytes(in: start..<end)
        if found != Array(expected[start..<end]) {
          Issue.record("\(shape) \(masks) \(start)..<\(end)")
        }
      }
    }
  }

  private func naive(
    _ bytes: [UInt8], _ shape: [Int], _ masks: [[Bool]?], _ elementSize: Int
  ) -> [UInt8] {
    bytes.indices.filter { index in
      var rest = index / elementSize
      return zip(shape, masks).reversed().allSatisfy { length, mask in
        defer { rest /= length }
        return mask?[rest % length] ?? true
      }
    }.map { bytes[$0] }
  }

  private func allMasks(of shape: [Int]) -> [[[Bool]?]] {
    shape.reduce([[]]) { known, length in
      let masks: [[Bool]?] =
        [nil]
        + (0..<1 << length).map { bits in
          (0..<length).map { bits >> $0 & 1 == 1 }
        }
      return known.flatMap { start in masks.map { start + [$0] } }
    }
  }

  private func packed(_ values: [UInt8], _ width: Int) -> [UInt8] {
    var bytes = Array(repeating: UInt8(0), count: (values.count * width + 7) / 8)
    for (index, value) in values.enumerated() {
      for bit in 0..<width where value >> bit & 1 == 1 {
        bytes[(index * width + bit) / 8] |= 1 << ((index * width + bit) % 8)
      }
    }
    return bytes
  }
}
