import ByteStorage
import ProtobufWire
import TestSupport
import Testing

@Suite struct WireRefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rule: WireError.Rule
    let offset: Int
    let bytes: [UInt8]

    init(_ name: String, _ rule: WireError.Rule, at offset: Int, _ build: (inout WireBytes) -> Void)
    {
      testDescription = name
      self.rule = rule
      self.offset = offset
      bytes = WireBytes(build).bytes
    }
  }

  static let cases: [Case] = [
    Case("a number of eleven bytes", .varint, at: 1) {
      $0.raw([0x08] + [UInt8](repeating: 0x80, count: 10) + [0])
    },
    Case("a number beyond 64 bits", .varint, at: 1) {
      $0.raw([0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x7F])
    },
    Case("a number that does not end", .truncated, at: 1) { $0.raw([0x08, 0x80]) },
    Case("field number 0", .tag, at: 0) { $0.raw([0x02, 0x00]) },
    Case("a field number beyond 29 bits", .tag, at: 0) {
      $0.raw(WireBytes.varint(1 << 32) + [0])
    },
    Case("wire type 6", .wireType, at: 0) { $0.raw([0x0E, 0]) },
    Case("wire type 7", .wireType, at: 0) { $0.raw([0x0F, 0]) },
    Case("a graph that is a number", .wireType, at: 1) { $0.int(7, 1) },
    Case("a version that is text", .wireType, at: 1) { $0.text(1, "8") },
    Case("a known field that is a group", .wireType, at: 1) { $0.tag(7, 3) },
    Case("a length beyond the file", .length, at: 1) { $0.raw([0x3A, 5, 0]) },
    Case("a length of 2^63", .length, at: 1) { $0.raw([0x3A] + WireBytes.varint(1 << 63)) },
    Case("a length that wraps", .length, at: 1) { $0.raw([0x3A] + WireBytes.varint(.max)) },
    Case("a length beyond its message", .length, at: 3) {
      $0.data(7, [0x12, 9])
      $0.raw([UInt8](repeating: 0, count: 20))
    },
    Case("a length in six bytes", .length, at: 1) {
      $0.raw([0x12, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00, 0x41])
    },
    Case("a fixed value that is cut", .truncated, at: 2) { $0.raw([0x9D, 0x06, 1, 2]) },
    Case("packed floats of seven bytes", .packedLength, at: 6) {
      $0.message(7) { $0.message(5) { $0.data(4, [1, 2, 3, 4, 5, 6, 7]) } }
    },
    Case("a group that does not end", .group, at: 4) {
      $0.tag(100, 3)
      $0.int(1, 1)
    },
    Case("a group that did not start", .group, at: 0) { $0.tag(100, 4) },
    Case("a group that ends as another", .group, at: 2) {
      $0.tag(100, 3)
      $0.tag(101, 4)
    },
    Case("a name of 70000 bytes", .nameLength, at: 8) {
      $0.message(7) { $0.data(2, [UInt8](repeating: 0x41, count: 70_000)) }
    },
    Case("more training steps than allowed", .count, at: 12) {
      for _ in 0..<4 { $0.message(20) { _ in } }
    },
    Case("a type of 33 bits", .varint, at: 5) {
      $0.message(7) { $0.message(5) { $0.int(2, 1 << 32 + 1) } }
    },
  ]

  @Test(arguments: cases) func malformedInputIsRefusedWithItsPlace(refused: Case) throws {
    var visitor = HandleVisitor()
    let error = #expect(throws: WireError.self) {
      _ = try walk(
        .file(MemorySource(refused.bytes), minimumHole: 64), schema: Fixture.schema,
        visitor: &visitor)
    }
    #expect(error?.rule == refused.rule)
    #expect(error?.offset == refused.offset)
    #expect(error?.kind == .malformedData)
  }

  /// Graphs in attributes in nodes in graphs.
  private func nested(_ levels: Int) -> [UInt8] {
    var inner: [UInt8] = []
    for level in 0..<levels {
      let number = [6, 5, 1][level % 3]
      inner =
        WireBytes.varint(UInt64(number << 3 | 2)) + WireBytes.varint(UInt64(inner.count)) + inner
    }
    return WireBytes { $0.data(7, inner) }.bytes
  }

  @Test func depthIsLimited() throws {
    _ = try check(nested(60), schema: Fixture.schema)
    for levels in [66, 999, 3000] {
      let error = #expect(throws: WireError.self) {
        _ = try check(nested(levels), schema: Fixture.schema)
      }
      #expect(error?.rule == .depth)
    }
  }

  @Test func aHundredThousandGroupsInEachOtherAreRefused() {
    let bytes = (0..<100_000).flatMap { _ in WireBytes.varint(100 << 3 | 3) }
    let error = #expect(throws: WireError.self) {
      _ = try check(bytes, schema: Fixture.schema)
    }
    #expect(error?.rule == .depth)
  }

  @Test func memoryIsForecast() throws {
    let bytes = WireBytes { $0.data(7, (0..<20_000).flatMap { _ in [0x0A, 0] as [UInt8] }) }.bytes
    var limits = WireLimits()
    limits.baseMemory = 1 << 20
    let error = #expect(throws: WireError.self) {
      _ = try check(bytes, schema: Fixture.schema, limits: limits)
    }
    #expect(error?.rule == .memory)
    #expect(try #require(error).offset < bytes.count / 2)
  }

  @Test func everyTruncationAndEveryFlippedBitIsAnErrorOrFine() throws {
    let bytes = WireBytes { model in
      model.int(1, 8)
      model.message(7) { graph in
        graph.message(1) { $0.text(1, "x") }
        graph.message(5) { $0.data(9, [UInt8](repeating: 3, count: 70)) }
        graph.tag(50, 3)
        graph.tag(50, 4)
      }
    }.bytes
    var refused = 0
    func run(_ damaged: [UInt8]) throws {
      var visitor = HandleVisitor()
      do {
        let scan = try walk(
          .file(MemorySource(damaged), minimumHole: 64), schema: Fixture.schema,
          visitor: &visitor)
        let holes = scan.holes.reduce(0) { $0 + $1.byteCount }
        #expect(scan.literal.count + holes == damaged.count)
      } catch is WireError {
        refused += 1
      }
    }
    for length in 0..<bytes.count { try run(Array(bytes[..<length])) }
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try run(damaged)
    }
    #expect(refused > bytes.count)
  }
}
