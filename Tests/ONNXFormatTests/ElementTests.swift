import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import ONNXFormat

@Suite struct ElementTests {
  /// Numbers of an integer field and the bytes they stand for.
  struct Case: CustomTestStringConvertible, Sendable {
    let type: ElementType
    let count: Int
    let numbers: [Int64]
    let bytes: [UInt8]
    var testDescription: String { type.name }
  }

  static let cases = [
    Case(type: .int32, count: 2, numbers: [-1, 258], bytes: [255, 255, 255, 255, 2, 1, 0, 0]),
    Case(type: .int16, count: 2, numbers: [-2, 258], bytes: [254, 255, 2, 1]),
    Case(type: .uint16, count: 1, numbers: [65535], bytes: [255, 255]),
    Case(type: .int8, count: 3, numbers: [-128, 127, -1], bytes: [128, 127, 255]),
    Case(type: .uint8, count: 2, numbers: [0, 255], bytes: [0, 255]),
    Case(type: .bool, count: 3, numbers: [1, 0, 1], bytes: [1, 0, 1]),
    Case(type: .float16, count: 1, numbers: [0x3C00], bytes: [0, 0x3C]),
    Case(type: .bfloat16, count: 1, numbers: [0xBF80], bytes: [0x80, 0xBF]),
    Case(type: .float8E4M3FN, count: 2, numbers: [0x7F, 0x80], bytes: [0x7F, 0x80]),
    Case(type: .float8E8M0, count: 1, numbers: [200], bytes: [200]),
    Case(type: .int4, count: 3, numbers: [0x21, 0x03], bytes: [0x21, 0x03]),
    Case(type: .uint2, count: 5, numbers: [0xE4, 0x01], bytes: [0xE4, 0x01]),
    Case(type: .float4E2M1, count: 2, numbers: [0xF0], bytes: [0xF0]),
    Case(type: .float6E2M3, count: 4, numbers: [1, 2, 3, 4], bytes: [0x81, 0x30, 0x10]),
    Case(
      type: .int64, count: 2, numbers: [.min, 7],
      bytes: [0, 0, 0, 0, 0, 0, 0, 128, 7, 0, 0, 0, 0, 0, 0, 0]),
    Case(type: .uint64, count: 1, numbers: [-1], bytes: [UInt8](repeating: 255, count: 8)),
    Case(type: .uint32, count: 1, numbers: [0xFFFF_FFFF], bytes: [255, 255, 255, 255]),
  ]

  private func field(_ type: ElementType) throws -> Int {
    try #require(type.typedField).rawValue
  }

  @Test(arguments: cases) func typedFieldGivesPackedElements(given: Case) throws {
    let field = try field(given.type)
    let packed = Fixture.tensorModel { tensor in
      Fixture.describe(&tensor, [Int64(given.count)], given.type)
      tensor.packed(field, given.numbers)
    }
    let single = Fixture.tensorModel { tensor in
      Fixture.describe(&tensor, [Int64(given.count)], given.type)
      for number in given.numbers { tensor.int(field, number) }
    }
    let folder = try TemporaryFolder()
    for bytes in [packed, single] {
      let reading = try folder.read(bytes)
      #expect(try reading.model.tensors[0].contents.bytes() == given.bytes)
      #expect(try reading.restoredFiles() == [bytes])
    }
    let regular = Fixture.tensorModel { tensor in
      for size in [Int64(given.count)] { tensor.int(1, size) }
      tensor.int(2, Int64(given.type.rawValue))
      if field < 8 { tensor.packed(field, given.numbers) }
      tensor.text(8, "w")
      if field > 8 { tensor.packed(field, given.numbers) }
    }
    #expect(try folder.read(packed).repackedFiles() == [regular])
  }

  @Test(
    arguments: [
      (.bool, 2), (.int8, 128), (.int8, -129), (.uint8, 256), (.uint8, -1), (.float16, 65536),
      (.bfloat16, -1), (.int16, 40_000), (.float6E3M2, 64), (.int4, 256), (.uint32, 1 << 32),
      (.int32, 1 << 33),
    ] as [(ElementType, Int64)])
  func numberOutsideOfTheTypeIsRefused(type: ElementType, number: Int64) throws {
    let field = try field(type)
    let bytes = Fixture.tensorModel { tensor in
      Fixture.describe(&tensor, [1], type)
      tensor.packed(field, [number])
    }
    let error = #expect(throws: ONNXError.self) { _ = try TemporaryFolder().read(bytes) }
    #expect(error?.rule == .dataValue)
  }

  @Test func floatsInSeveralPartsAreJoined() throws {
    let first = littleEndian((0..<20).map { Float($0) })
    let last = littleEndian((20..<50).map { Float($0) })
    let bytes = Fixture.tensorModel { tensor in
      Fixture.describe(&tensor, [51], .float32)
      tensor.data(4, first)
      tensor.tag(4, 5)
      tensor.raw(littleEndian([-1]))
      tensor.data(4, last)
    }
    let reading = try TemporaryFolder().read(bytes)
    let contents = reading.model.tensors[0].contents
    #expect(try contents.bytes() == first + littleEndian([-1]) + last)
    #expect(try reading.restoredFiles() == [bytes])
    #expect(reading.model.document?.files[0].holes.isEmpty == true)
  }

  @Test func numbersAreReadAnywhere() throws {
    var generator = SeededGenerator(seed: 4)
    let numbers = (0..<20_000).map { _ in
      Int64.random(in: -70_000...70_000, using: &generator)
    }
    let elements = try IntegerElements(
      numbers.flatMap { WireBytes.varint(UInt64(bitPattern: $0)) }, of: .int64)
    let all = numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
    #expect(elements.byteCount == all.count)
    for _ in 0..<30 {
      let start = Int.random(in: 0..<all.count, using: &generator)
      let end = Int.random(in: start...min(all.count, start + 3000), using: &generator)
      #expect(try elements.bytes(in: start..<end) == Array(all[start..<end]))
    }
  }

  @Test(arguments: 0...17) func sixBitsArePackedLikeABitStream(count: Int) throws {
    var generator = SeededGenerator(seed: UInt64(count))
    let elements = (0..<count).map { _ in UInt8.random(in: 0...63, using: &generator) }
    let bits = elements.flatMap { element in (0..<6).map { element >> $0 & 1 } }
    var packed = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (place, bit) in bits.enumerated() { packed[place / 8] |= bit << UInt8(place % 8) }
    let source = Float6Elements(base: MemorySource(elements))
    #expect(try source.bytes() == packed)
    for start in 0..<packed.count {
      #expect(try source.bytes(in: start..<packed.count) == Array(packed[start...]))
    }
    #expect(Float6Elements.unpacked(packed, count: count) == elements)
  }

  @Test func sixBitElementsMayTakeAByteEach() throws {
    let elements = (0..<100).map { UInt8($0 % 64) }
    let bytes = WireBytes { tensor in
      tensor.int(1, 100)
      tensor.int(2, Int64(ElementType.float6E3M2.rawValue))
      tensor.text(8, "w")
      tensor.data(9, elements)
    }.bytes
    let model = Fixture.model { $0.data(5, bytes) }
    let reading = try TemporaryFolder().read(model)
    #expect(reading.model.tensors[0].contents.byteCount == 75)
    #expect(try reading.restoredFiles() == [model])
    #expect(try reading.repackedFiles() == [model])
  }

  @Test func stringsStayInTheAnnotation() throws {
    let bytes = Fixture.tensorModel { tensor in
      tensor.int(1, 2)
      tensor.int(2, 8)
      tensor.data(6, [0xFF, 0])
      tensor.data(6, [])
      tensor.text(8, "w")
    }
    let reading = try TemporaryFolder().read(bytes)
    #expect(reading.model.tensors[0].contents.byteCount == 0)
    #expect(try reading.repackedFiles() == [bytes])
  }
}
