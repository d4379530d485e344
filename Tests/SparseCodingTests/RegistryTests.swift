import Testing

@testable import SparseCoding

@Suite struct RegistryTests {
  @Test("Numbers and names are unique, and the numbers never change")
  func numbers() {
    let encodings = SparseEncodings.all.map { "\($0.id.rawValue) \($0.name)" }
    #expect(
      encodings == [
        "0 raw", "1 constant", "2 float-split", "3 byte-planes", "4 integer", "5 bitmask",
        "6 csr-gaps", "7 n:m", "8 blocks", "9 repeats", "10 float-joint", "11 mixed-mask",
        "12 signed-repeats", "13 palette", "14 scaled", "15 row-classes",
        "16 negative-zeros",
      ])
    let coders = EntropyCoders.all.map { "\($0.id.rawValue) \($0.name)" }
    #expect(coders == ["0 stored", "1 zlib", "2 zstd", "4 constant", "5 rans", "6 mixed"])
    #expect(
      (SparseEncodings.all.map(\.summary) + EntropyCoders.all.map(\.summary)).allSatisfy {
        !$0.isEmpty
      })
  }

  @Test("A coded chunk tells its encoding")
  func encodingOfChunk() {
    #expect([UInt8]().withUnsafeBytes { ChunkCoder.encoding(of: $0) } == nil)
    #expect([UInt8(200), 1].withUnsafeBytes { ChunkCoder.encoding(of: $0) }?.rawValue == 200)
  }

  @Test("Errors have codes of their own")
  func codes() {
    let errors: [SparseCodingError] = [
      .unknownEncoding(17), .unknownCoder(17), .truncated(offset: 1), .trailingBytes(offset: 1),
      .badNumber(offset: 1), .badChunk(.raw, reason: "x"), .badStream(.zstd, reason: "x"),
      .misplacedEncoding(.gaps), .badLayout("x"), .outOfMemory(.zlib),
    ]
    #expect(Set(errors.map(\.code)).count == errors.count)
    #expect(errors[0].description == "encoding 17: needs a newer sparsify")
  }
}
