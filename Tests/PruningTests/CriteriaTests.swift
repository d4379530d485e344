import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

/// The keys of a tensor by itself.
private func keys(
  _ bytes: [UInt8], _ type: ElementType, count: Int, by criterion: any SaliencyCriterion,
  quantization: QuantizationValues? = nil, tensor: Int = 0, start: Int = 0, seed: UInt64 = 0
) -> [UInt32] {
  var keys = [UInt32](repeating: 0xDEAD, count: count)
  bytes.withUnsafeBytes { bytes in
    keys.withUnsafeMutableBufferPointer { keys in
      guard let target = keys.baseAddress else { return }
      criterion.scores(
        of: WeightChunk(
          bytes: bytes, elementType: type, tensor: TensorID(tensor), start: start, count: count,
          quantization: quantization, seed: seed), into: target)
    }
  }
  return keys
}

/// All codes of a type of at most eight bits, packed.
private func allCodes(_ type: ElementType) -> (bytes: [UInt8], count: Int) {
  let width = type.bitWidth ?? 8
  var bytes = [UInt8](repeating: 0, count: (1 << width) * width / 8)
  for code in 0..<1 << width {
    for bit in 0..<width where code >> bit & 1 == 1 {
      bytes[(code * width + bit) / 8] |= 1 << UInt8((code * width + bit) % 8)
    }
  }
  return (bytes, 1 << width)
}

@Suite struct SaliencyCriteriaContract {
  static let floats: [Float] = [0, -0.0, 1, -1, .nan, -.nan, .infinity, .leastNonzeroMagnitude]

  @Test(arguments: SaliencyCriteria.all.indices)
  func zeroHasTheLowestKeyAndNaNTheHighest(member: Int) {
    let criterion = SaliencyCriteria.all[member]
    let bytes = Self.floats.flatMap { littleEndian($0.bitPattern) }
    let found = keys(bytes, .float32, count: Self.floats.count, by: criterion)
    for (value, key) in zip(Self.floats, found) {
      #expect((key == SaliencyKey.zero) == (value == 0), "\(value)")
      #expect((key == SaliencyKey.notANumber) == value.isNaN, "\(value)")
    }
    #expect(criterion.number(of: SaliencyKey.zero) == 0)
    #expect(criterion.number(of: SaliencyKey.notANumber).isNaN)
  }

  @Test(arguments: SaliencyCriteria.all.indices)
  func anIntegerAtItsZeroPointIsZero(member: Int) {
    let values = QuantizationValues(
      spread: .whole, scales: [.leastNonzeroMagnitude], zeroPoints: [128])
    let found = keys(
      [0, 127, 128, 129, 255], .uint8, count: 5, by: SaliencyCriteria.all[member],
      quantization: values)
    #expect(found.map { $0 == 0 } == [false, false, true, false, false])
  }

  @Test(arguments: SaliencyCriteria.all.indices)
  func aKeyDoesNotDependOnTheChunkItIsReadIn(member: Int) {
    let criterion = SaliencyCriteria.all[member]
    let bytes = (0..<64).map { UInt8($0) }
    let whole = keys(bytes, .int8, count: 64, by: criterion, tensor: 3, seed: 9)
    for start in stride(from: 0, to: 64, by: 8) {
      let part = keys(
        Array(bytes[start...]), .int8, count: 64 - start, by: criterion, tensor: 3, start: start,
        seed: 9)
      #expect(part == Array(whole[start...]))
    }
  }

  @Test(arguments: SaliencyCriteria.all.indices)
  func everyTypeThatCanBePrunedHasKeys(member: Int) {
    for type in ElementType.allCases where type.hasZero {
      let bytes = [UInt8](repeating: 0, count: 64)
      #expect(
        keys(bytes, type, count: 8, by: SaliencyCriteria.all[member])
          == Array(repeating: 0, count: 8), "\(type)")
    }
  }

  @Test func namesAreFoundAndDistinct() throws {
    for name in SaliencyCriteria.names { #expect(try SaliencyCriteria.named(name).name == name) }
    #expect(Set(SaliencyCriteria.names).count == SaliencyCriteria.all.count)
    #expect(throws: PruningError.unknownCriterion("wanda")) { try SaliencyCriteria.named("wanda") }
  }
}

@Suite struct MagnitudeCriterionTests {
  private let magnitude = MagnitudeCriterion()

  @Test func everyHalfIsWidenedExactly() {
    let bytes = (0...UInt16.max).flatMap { littleEndian($0) }
    let found = keys(bytes, .float16, count: 65536, by: magnitude)
    var wrong = 0
    for code in 0..<65536 {
      let value = Float(Float16(bitPattern: UInt16(code)))
      let expected = value.isNaN ? UInt32.max : abs(value).bitPattern
      if found[code] != expected { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func bfloat16IsTheUpperHalfOfAFloat() {
    let bytes = [UInt16(0x3F80), 0xBF81, 0x7F80, 0xFF80, 0x7F81, 0x8000, 0x0001].flatMap {
      littleEndian($0)
    }
    #expect(
      keys(bytes, .bfloat16, count: 7, by: magnitude) == [
        0x3F80_0000, 0x3F81_0000, 0x7F80_0000, 0x7F80_0000, .max, 0, 0x1_0000,
      ])
  }

  @Test func doublesAreRoundedButNeverToZero() {
    let values: [Double] = [1, -1.00000000000001, 1e-300, -0.0, .nan, 1e300, -.infinity]
    let found = keys(
      values.flatMap { littleEndian($0.bitPattern) }, .float64, count: 7, by: magnitude)
    let infinity = Float.infinity.bitPattern
    #expect(found == [Float(1).bitPattern, Float(1).bitPattern, 1, 0, .max, infinity, infinity])
  }

  /// Values from the specifications of the formats: code, number; nil for NaN.
  @Test(
    arguments: [
      (
        ElementType.float8E4M3FN,
        [(0x7E, 448), (0xFE, 448), (0x01, 0x1p-9), (0x38, 1), (0x7F, nil)]
      ),
      (.float8E4M3FNUZ, [(0x7F, 240), (0x80, nil), (0x01, 0x1p-10), (0x40, 1)]),
      (.float8E5M2, [(0x7B, 57344), (0x7C, .infinity), (0x7D, nil), (0x01, 0x1p-16), (0x3C, 1)]),
      (.float8E5M2FNUZ, [(0x7F, 57344), (0x80, nil), (0x01, 0x1p-17), (0x40, 1)]),
      (.float6E2M3, [(0x1F, 7.5), (0x3F, 7.5), (0x01, 0.125), (0x08, 1)]),
      (.float6E3M2, [(0x1F, 28), (0x01, 0.0625), (0x0C, 1)]),
      (.float4E2M1, [(0x7, 6), (0xF, 6), (0x1, 0.5), (0x2, 1), (0x8, 0)]),
      (.float8E8M0, [(0xFF, nil), (0x7F, 1), (0x00, 0x1p-127), (0xFE, 0x1p127)]),
    ] as [(ElementType, [(Int, Float?)])])
  func smallFormatsHaveTheNumbersOfTheirSpecifications(
    type: ElementType, samples: [(Int, Float?)]
  ) {
    let (bytes, count) = allCodes(type)
    let found = keys(bytes, type, count: count, by: magnitude)
    for (code, value) in samples {
      #expect(found[code] == value?.bitPattern ?? .max, "\(type) \(code)")
    }
  }

  @Test(arguments: [ElementType.int4, .uint4, .int2, .uint2, .int8, .uint8])
  func smallIntegersAreMeasuredFromTheirZeroPoint(type: ElementType) throws {
    let (bytes, count) = allCodes(type)
    let values = QuantizationValues(spread: .whole, scales: [0.25], zeroPoints: [1])
    let found = keys(bytes, type, count: count, by: magnitude, quantization: values)
    for code in 0..<count {
      let value = type.isUnsigned || code < count / 2 ? code : code - count
      #expect(found[code] == (Float(abs(value - 1)) * 0.25).bitPattern, "\(type) \(code)")
    }
  }

  @Test func wideIntegersDoNotOverflow() {
    let values: [Int64] = [.min, .max, 0, -1]
    let found = keys(
      values.flatMap { littleEndian(UInt64(bitPattern: $0)) }, .int64, count: 4, by: magnitude)
    #expect(found == [Float(0x1p63).bitPattern, Float(0x1p63).bitPattern, 0, Float(1).bitPattern])
  }

  @Test func everyElementHasTheScaleOfItsPlaceOnTheAxis() {
    // 2x3x4, quantised along each axis in turn, and in blocks of 2 along each.
    let dimensions = [2, 3, 4]
    for axis in 0..<3 {
      let stride = dimensions[(axis + 1)...].reduce(1, *)
      let stored = StridedAxis(length: dimensions[axis], stride: stride)
      let scales = (1...24).map { Float($0) }
      let whole = QuantizationValues(
        spread: .axis(stored), scales: Array(scales[..<dimensions[axis]]),
        zeroPoints: Array(repeating: 0, count: dimensions[axis]))
      var blocked = dimensions
      blocked[axis] = (dimensions[axis] + 1) / 2
      let blocks = QuantizationValues(
        spread: .blocks(stored, block: 2), scales: scales,
        zeroPoints: Array(repeating: 0, count: 24))
      let ones = [UInt8](repeating: 1, count: 24)
      let byAxis = keys(ones, .int8, count: 24, by: magnitude, quantization: whole)
      let byBlock = keys(ones, .int8, count: 24, by: magnitude, quantization: blocks)
      for element in 0..<24 {
        var place = [element / 12, element / 4 % 3, element % 4]
        #expect(byAxis[element] == scales[place[axis]].bitPattern)
        place[axis] /= 2
        let scale = (place[0] * blocked[1] + place[1]) * blocked[2] + place[2]
        #expect(byBlock[element] == scales[scale].bitPattern, "axis \(axis), element \(element)")
      }
    }
  }

  @Test func theKeyOfAThresholdIsTheFirstMagnitudeNotBelowIt() throws {
    for threshold in [0, 0.1, 0.5, 1e-46, 3e38, 1e39, 0x1.0000001p0] {
      let key = try #require(magnitude.key(ofThreshold: threshold))
      let number = Float(bitPattern: key)
      #expect(Double(number) >= threshold)
      #expect(key == 0 || Double(number.nextDown) < threshold)
    }
  }
}

@Suite struct RandomCriterionTests {
  private let ones = [UInt8](repeating: 1, count: 4096)

  @Test func seedsTensorsAndElementsDrawDifferentNumbers() {
    let random = RandomCriterion()
    let first = keys(ones, .int8, count: 4096, by: random, tensor: 0, seed: 0)
    #expect(first == keys(ones, .int8, count: 4096, by: random, tensor: 0, seed: 0))
    #expect(first != keys(ones, .int8, count: 4096, by: random, tensor: 0, seed: 1))
    #expect(first != keys(ones, .int8, count: 4096, by: random, tensor: 1, seed: 0))
    #expect(Set(first).count > 4090)
  }

  @Test func keysSpreadEvenly() {
    let found = keys(ones, .int8, count: 4096, by: RandomCriterion(), seed: 5)
    for eighth in 0..<8 {
      let share = found.filter { $0 >> 29 == UInt32(eighth) }.count
      #expect((400...624).contains(share))
    }
  }
}
