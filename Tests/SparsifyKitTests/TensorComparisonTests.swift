import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct TensorComparisonTests {
  private func tensor(_ type: ElementType, _ bytes: [UInt8], count: Int) throws -> Tensor {
    Tensor(
      name: "t", elementType: type, shape: try #require(Shape([count])),
      contents: MemorySource(bytes))
  }

  private func difference(
    _ type: ElementType, _ first: [UInt8], _ second: [UInt8], count: Int
  ) throws -> TensorDifference {
    let pair = TensorComparison.Pair(
      try tensor(type, first, count: count), try tensor(type, second, count: count))
    return try TensorComparison().differences(of: [try #require(pair)])[0]
  }

  private func bytes<Value>(_ values: [Value]) -> [UInt8] { values.withUnsafeBytes(Array.init) }

  @Test("Floats are compared by their bits, and differ by their values")
  func floats() throws {
    let nan = Float(bitPattern: 0x7FC0_0001)
    let first: [Float] = [1, 0, -2, 0.0, .nan, nan, .infinity, 3, .infinity]
    let second: [Float] = [1, 5, 0, -0.0, .nan, .nan, .infinity, -1, 0]
    let found = try difference(.float32, bytes(first), bytes(second), count: 9)
    #expect(found.elements == 9)
    #expect(found.changed == 6)
    #expect(found.zeroed == 2)
    #expect(found.unzeroed == 1)
    #expect(found.notFinite == 2)
    #expect(found.largest == 5)
    #expect(found.squaredDifference == 25 + 4 + 16)
    #expect(found.squaredOriginal == 1 + 4 + 9)
  }

  @Test("Integers of 64 bits differ by exact numbers")
  func wideIntegers() throws {
    let signed = try difference(
      .int64, bytes([Int64.max, .min, 7]), bytes([Int64.max - 1, .max, 7]), count: 3)
    #expect(signed.largest == 0x1p64 && signed.changed == 2)
    let near = try difference(.int64, bytes([Int64.max]), bytes([Int64.max - 1]), count: 1)
    #expect(near.largest == 1)
    let unsigned = try difference(
      .uint64, bytes([UInt64.max, 0]), bytes([UInt64.max - 3, 2]), count: 2)
    #expect(unsigned.largest == 3 && unsigned.unzeroed == 1)
  }

  @Test("Elements of less than a byte are taken one by one; bits behind the last do not count")
  func packed() throws {
    // 1, -8, 0 and 1, 7, 3.
    let four = try difference(.int4, [0x81, 0x00], [0x71, 0xF3], count: 3)
    #expect((four.changed, four.unzeroed, four.largest) == (2, 1, 15))
    let padding = try difference(.int4, [0x81, 0x00], [0x81, 0xF0], count: 3)
    #expect(padding.isEqual && padding.elements == 3)
    // The codes 0, 1, 2, 63: 0, 1/16, 1/8, -28.
    let six = try difference(.float6E3M2, [0x40, 0x20, 0xFC], [0x40, 0x20, 0x00], count: 4)
    #expect((six.changed, six.zeroed, six.largest) == (1, 1, 28))
  }

  @Test("Complex numbers differ by the length of their difference")
  func complex() throws {
    let found = try difference(
      .complex64, bytes([Float(3), 4, 1, 1]), bytes([Float(0), 0, 1, 1]), count: 2)
    #expect((found.changed, found.zeroed, found.largest) == (1, 1, 5))
    let wide = try difference(
      .complex128, bytes([1e-200, 0.0]), bytes([0.0, 0.0]), count: 1)
    #expect((wide.zeroed, wide.largest) == (1, 1e-200))
  }

  @Test("Every type of up to 16 bits has the numbers that other readers of it have")
  func narrowNumbers() throws {
    let half = try #require(NarrowNumbers(.float16)).values
    for code in 0..<1 << 16 {
      let expected = Self.half(UInt16(code))
      #expect(half[code] == expected || half[code].isNaN && expected.isNaN, "float16 \(code)")
    }
    let brain = try #require(NarrowNumbers(.bfloat16)).values
    for code in stride(from: 0, to: 1 << 16, by: 7) {
      let expected = Double(Float(bitPattern: UInt32(code) << 16))
      #expect(brain[code] == expected || brain[code].isNaN && expected.isNaN)
    }
    #expect(NarrowNumbers(.int16)?.values[0xFFFF] == -1)
    #expect(NarrowNumbers(.uint16)?.values[0xFFFF] == 65535)
    #expect(NarrowNumbers(.bool)?.values.prefix(2) == [0, 1])
    #expect(NarrowNumbers(.int2)?.values == [0, 1, -2, -1])
    #expect(
      NarrowNumbers(.float4E2M1)?.values == [
        0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6,
      ])
    #expect(NarrowNumbers(.float8E8M0)?.values[0x80] == 2)
    #expect(NarrowNumbers(.float8E4M3FN)?.values[0xFE] == -448)
    #expect(NarrowNumbers(.float8E5M2FNUZ)?.values[0x80].isNaN == true)
    #expect(NarrowNumbers(.float32) == nil && NarrowNumbers(.string) == nil)
  }

  /// IEEE 754 half precision, by its definition.
  private static func half(_ bits: UInt16) -> Double {
    let (exponent, mantissa) = (Int(bits >> 10 & 31), Double(bits & 1023))
    let magnitude =
      exponent == 31
      ? (mantissa == 0 ? Double.infinity : .nan)
      : Double(
        sign: .plus, exponent: max(exponent, 1) - 25,
        significand: mantissa + (exponent > 0 ? 1024 : 0))
    return bits >> 15 == 1 ? -magnitude : magnitude
  }

  @Test("Pieces join to what the whole is, with any number of threads")
  func pieces() throws {
    let count = 600_001
    let first = (0..<count).map { Float($0 % 97) - 48 }
    var second = first
    for index in stride(from: 0, to: count, by: 3) { second[index] = 0 }
    let pair = try #require(
      TensorComparison.Pair(
        try tensor(.float32, bytes(first), count: count),
        try tensor(.float32, bytes(second), count: count)))
    let found = try [1, 3].map { try TensorComparison(threads: $0).differences(of: [pair, pair]) }
    #expect(found[0] == found[1] && found[0][0] == found[0][1])
    let changed = zip(first, second).filter { $0 != $1 }
    #expect(found[0][0].changed == changed.count && found[0][0].elements == count)
    #expect(found[0][0].squaredDifference == changed.reduce(0) { $0 + Double($1.0 * $1.0) })
    #expect(found[0][0].squaredOriginal == first.reduce(0) { $0 + Double($1 * $1) })
  }

  @Test("Tensors of other types, shapes or sizes make no pair")
  func mismatches() throws {
    let bytes = [UInt8](repeating: 0, count: 8)
    let floats = try tensor(.float32, bytes, count: 2)
    #expect(TensorComparison.Pair(floats, try tensor(.int32, bytes, count: 2)) == nil)
    #expect(TensorComparison.Pair(floats, try tensor(.float32, bytes, count: 1)) == nil)
    #expect(
      TensorComparison.Pair(
        try tensor(.float32, bytes, count: 3), try tensor(.float32, bytes, count: 3)) == nil)
    let empty = try tensor(.float32, [], count: 0)
    let pair = try #require(TensorComparison.Pair(empty, empty))
    #expect(try TensorComparison().differences(of: [pair])[0] == TensorDifference())
  }

  @Test("The relative error of no change is 0, of a change of zeros unknown")
  func relativeError() throws {
    #expect(TensorDifference().relativeError == 0)
    let zeros = try difference(.float32, bytes([Float(0)]), bytes([Float(1)]), count: 1)
    #expect(zeros.relativeError == nil)
    let huge = try difference(.float64, bytes([1e308]), bytes([-1e308]), count: 1)
    #expect(huge.relativeError == nil)
    let half = try difference(.float32, bytes([Float(2)]), bytes([Float(1)]), count: 1)
    #expect(half.relativeError == 0.5)
  }
}
