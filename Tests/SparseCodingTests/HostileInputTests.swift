import TestSupport
import Testing

@testable import SparseCoding

@Suite struct HostileInputTests {
  /// One chunk in each encoding, with several coders inside.
  static let codedChunks: [(name: String, layout: ElementLayout, size: Int, coded: [UInt8])] = {
    let coder = ChunkCoder(level: .small)
    let hints = [
      ChunkHint.blocks(rows: 2, columns: 4, rowLength: 8), .rows(length: 64, kernel: 1, first: 10),
    ]
    return SparseEncodings.implementations.flatMap { encoding in
      [(4, ElementLayout.Kind.float), (2, .signedInteger), (1, .opaque)].compactMap { width, kind in
        guard let layout = try? ElementLayout(width: width, kind: kind) else { return nil }
        let shape = PatternShape(kept: 2, group: 4, stride: 1)
        var chunk = patternElements(shape, blocks: 12, width: width, seed: 8)
        if encoding.id == .blocks {
          for byte in 0..<(4 * width) { chunk[byte] = 0; chunk[8 * width + byte] = 0 }
        }
        if encoding.id == .floatJoint {
          chunk = sampleElements(48, width: width, zeros: 10, seed: 8)
        }
        if encoding.id == .scaled, width == 4 {
          chunk = bytes((-20..<28).map { (Float($0) * 0.01).bitPattern })
        }
        if encoding.id == .rowClasses, width == 4 {
          chunk = bytes((10..<150).map { (Float($0) * ($0 / 64 == 1 ? 0.5 : 0.1)).bitPattern })
        }
        if encoding.id == .negativeZeros {
          for place in 0..<6
          where chunk[place * 2 * width..<(place * 2 + 1) * width].allSatisfy({ $0 == 0 }) {
            chunk[(place * 2 + 1) * width - 1] = 0x80
          }
        }
        if encoding.id == .constant { chunk = [UInt8](repeating: 3, count: chunk.count) }
        guard
          let coded = try? coder.encode(chunk, layout, in: encoding, hints: hints)
        else { return nil }
        return (encoding.name, layout, chunk.count, coded)
      }
    }
  }()

  /// Decodes and checks only that nothing but an error or an output comes of it.
  private func decode(
    _ coder: ChunkCoder, _ coded: [UInt8], _ layout: ElementLayout, _ size: Int
  ) -> SparseCodingError? {
    do {
      _ = try coder.decode(coded, layout, size: size)
      return nil
    } catch let error as SparseCodingError {
      return error
    } catch {
      Issue.record("an error of another module: \(error)")
      return nil
    }
  }

  @Test("Every encoding has an example here")
  func examples() {
    #expect(Set(Self.codedChunks.map(\.name)) == Set(SparseEncodings.all.map(\.name)))
  }

  @Test("Every truncation is refused", arguments: codedChunks.indices)
  func truncation(index: Int) {
    let coder = ChunkCoder(level: .fast)
    let (name, layout, size, coded) = Self.codedChunks[index]
    #expect(decode(coder, coded, layout, size) == nil)
    for length in coded.indices {
      #expect(decode(coder, Array(coded[..<length]), layout, size) != nil, "\(name), \(length)")
    }
  }

  @Test("A byte too many is refused", arguments: codedChunks.indices)
  func trailingByte(index: Int) {
    let (name, layout, size, coded) = Self.codedChunks[index]
    for byte in [UInt8(0), 1, 255] {
      #expect(decode(ChunkCoder(level: .fast), coded + [byte], layout, size) != nil, "\(name)")
    }
  }

  @Test("Every flipped bit gives an error or an output", arguments: codedChunks.indices)
  func bitFlips(index: Int) {
    let coder = ChunkCoder(level: .fast)
    let (_, layout, size, coded) = Self.codedChunks[index]
    var refused = 0
    for bit in 0..<(coded.count * 8) {
      var damaged = coded
      damaged[bit / 8] ^= 1 << (bit % 8)
      if decode(coder, damaged, layout, size) != nil { refused += 1 }
    }
    #expect(refused > 0)
    #expect(decode(coder, coded, layout, size) == nil)
  }

  @Test("Noise behind every known number gives an error or an output", arguments: UInt8(0)...9)
  func noise(first: UInt8) {
    let coder = ChunkCoder(level: .fast)
    var generator = SeededGenerator(seed: UInt64(first))
    for round in 0..<1000 {
      let layout = everyLayout[round % everyLayout.count]
      let length = Int.random(in: 0..<40, using: &generator)
      // Small numbers are more often ids, lengths and counts that are taken for good.
      let coded = (0..<length).map { _ in
        UInt8.random(in: 0...(round % 2 == 0 ? 9 : 255), using: &generator)
      }
      let size = [0, 1, 2, 8, 16, 64][round % 6] * layout.width
      _ = decode(coder, [first] + coded, layout, size)
    }
  }

  @Test(
    "Each rule of the encodings is enforced",
    arguments: [
      // Empty input, an unknown encoding, an unknown coder.
      ("", SparseCodingError.truncated(offset: 0)),
      ("63", .unknownEncoding(0x63)),
      ("03 63", .unknownCoder(0x63)),
      // A sparse encoding inside of a sparse one.
      ("05 00 ff 05 00 ff 00", .misplacedEncoding(.bitmask)),
      // Gaps: more than elements, beyond the end, ending in a skip; a padded and an endless number.
      ("06 09 00", .badChunk(.gaps, reason: "more gaps than elements")),
      ("06 02 00 06 01", .badChunk(.gaps, reason: "gaps beyond the end")),
      ("06 01 00 08", .badChunk(.gaps, reason: "gaps beyond the end")),
      ("06 81 00", .badNumber(offset: 1)),
      ("06 ff ff ff ff ff 01", .badNumber(offset: 1)),
      // N:M: shapes that make no sense or do not divide, a pattern number of 6.
      (
        "07 04 04 01",
        .badChunk(
          .pattern, reason: "an impossible pattern, or one that does not divide the chunk")
      ),
      (
        "07 02 04 03",
        .badChunk(
          .pattern, reason: "an impossible pattern, or one that does not divide the chunk")
      ),
      ("07 02 04 01 00 24", .badChunk(.pattern, reason: "a pattern number that does not exist")),
      // Blocks: of one element, not dividing, a bit after the last block.
      ("08 01 01 08", .badChunk(.blocks, reason: "blocks that do not divide the chunk")),
      ("08 02 02 06", .badChunk(.blocks, reason: "blocks that do not divide the chunk")),
      ("08 02 02 04 00 04", .badChunk(.blocks, reason: "bits after the last block")),
      // Integers: no planes, more planes than bytes, an unknown transform.
      ("04 00", .badChunk(.integer, reason: "an unknown transform or number of planes")),
      ("04 02", .badChunk(.integer, reason: "an unknown transform or number of planes")),
      ("04 41", .badChunk(.integer, reason: "an unknown transform or number of planes")),
      // Floats of one byte have no exponent byte.
      ("02 04 00", .badChunk(.floatSplit, reason: "no floats of this width")),
      ("0a 01 7f", .badChunk(.floatJoint, reason: "no floats of this width")),
      ("0c 00 01 00 00", .badChunk(.signedRepeats, reason: "no floats of this width")),
      ("0e 01 01 00", .badChunk(.scaled, reason: "no floats of this width")),
      ("0d 00 00 01 04 00", .badChunk(.palette, reason: "no elements of this width")),
      // Rans: parts out of range, frequencies that come to too much, or to one symbol alone.
      ("03 05 01 07", .badStream(.rans, reason: "2^7 parts")),
      ("03 05 01 10", .badStream(.rans, reason: "2^16 parts")),
      ("03 05 04 08 00 00 00", .badStream(.rans, reason: "a frequency above the total")),
      (
        "03 05 04 08 00 03 02",
        .badStream(.rans, reason: "frequencies that make up 256 of 256")
      ),
      ("00 01 02 03 04 05 06 07 08 09", .trailingBytes(offset: 9)),
    ])
  func rules(coded: String, expected: SparseCodingError) throws {
    let layout = try layout(1, .opaque)
    #expect(decode(ChunkCoder(level: .fast), hex(coded), layout, 8) == expected)
  }

  @Test("A mask may not have bits after the last element")
  func maskPadding() throws {
    let coder = ChunkCoder(level: .fast)
    let layout = try layout(1, .opaque)
    #expect(try coder.decode(hex("05 00 02 01 07"), layout, size: 3) == [0, 7, 0])
    #expect(
      decode(coder, hex("05 00 0a 01 07"), layout, 3)
        == .badChunk(.bitmask, reason: "bits after the last element"))
  }

  @Test(
    "A magnitude has no sign, and no sign is without a magnitude",
    arguments: ["0c 00 003c00bc0040 00 00", "0c 00 003c003c0040 00 0e"])
  func signs(coded: String) throws {
    let layout = try layout(2, .float)
    let expected = SparseCodingError.badChunk(
      .signedRepeats, reason: "a magnitude with a sign, or a sign too many")
    #expect(decode(ChunkCoder(level: .fast), hex(coded), layout, 6) == expected)
  }

  @Test(
    "The values of a palette ascend, and every place is one of theirs",
    arguments: [
      ("0d 01 00 3c38 04 00 00 000100", "values that do not ascend"),
      ("0d 01 00 3838 04 00 00 000100", "values that do not ascend"),
      ("0d 01 00 383c 04 00 00 000200", "a place behind the last value"),
      ("0d 01 00 383c 04 00 00 ff0100", "a place behind the last value"),
    ])
  func palettes(coded: String, reason: String) throws {
    let found = decode(ChunkCoder(level: .fast), hex(coded), try layout(2, .float), 6)
    #expect(found == .badChunk(.palette, reason: reason))
  }

  @Test(
    "Classes fit the elements, and scales are positive numbers",
    arguments: [
      ("0e 00 03 00 00 01fe03", "classes that do not fit the elements"),
      ("0e 01 00 00 007b 0099 0099 009a 00 01fe03", "classes that do not fit the elements"),
      ("0e 01 03 03 007b 0099 0099 009a 00 01fe03", "classes that do not fit the elements"),
      ("0e 02 03 00 007b 0099 0099 009a 00 01fe03", "classes that do not fit the elements"),
      ("0e 01 818010 00 007b 0099 0099 009a 00 01fe03", "classes that do not fit the elements"),
      ("0e 01 03 00 007b 0099 0099 009b 00 01fe03", "a scale that is negative or not finite"),
      ("0e 01 03 00 0000 0000 0000 0001 00 01fe03", "a scale that is negative or not finite"),
      ("0e 01 03 00 00ff 0000 0000 0000 00 01fe03", "a scale that is negative or not finite"),
    ])
  func scales(coded: String, reason: String) throws {
    let found = decode(ChunkCoder(level: .fast), hex(coded), try layout(4, .float), 12)
    #expect(found == .badChunk(.scaled, reason: reason))
  }

  @Test(
    "Rows fit the elements, and each kind has some",
    arguments: [
      ("0f 00 00 02 00 000100 00 01020506 00 0304", "rows that do not fit the elements"),
      ("0f 07 00 02 00 000100 00 01020506 00 0304", "rows that do not fit the elements"),
      ("0f 02 02 02 00 000100 00 01020506 00 0304", "rows that do not fit the elements"),
      ("0f 02 00 01 00 000000 00 010203040506", "rows that do not fit the elements"),
      ("0f 02 00 09 00 000100 00 01020506 00 0304", "rows that do not fit the elements"),
      ("0f 02 00 02 00 000200 00 01020506 00 0304", "kinds of rows other than those said"),
      ("0f 02 00 03 00 000100 00 01020506 00 0304", "kinds of rows other than those said"),
    ])
  func rows(coded: String, reason: String) throws {
    let found = decode(ChunkCoder(level: .fast), hex(coded), try layout(1, .opaque), 6)
    #expect(found == .badChunk(.rowClasses, reason: reason))
  }

  @Test(
    "Signs of zeros that do not fit them are refused",
    arguments: [
      (
        "10 00 00000000003c0000 00 08",
        SparseCodingError.badChunk(.negativeZeros, reason: "bits after the last zero")
      ),
      ("10 10 00 00000000003c0000 00 06 00 00", .misplacedEncoding(.negativeZeros)),
      ("05 00 0f 10 00 00000000003c0000 00 06", .misplacedEncoding(.negativeZeros)),
      ("10 00 00000000003c0000", .truncated(offset: 10)),
    ])
  func signsOfZeros(coded: String, error: SparseCodingError) throws {
    #expect(decode(ChunkCoder(level: .fast), hex(coded), try layout(2), 8) == error)
  }

  @Test("Rows hold no rows of their own, nor sparse elements", arguments: ["0f", "05"])
  func nestedRows(encoding: String) throws {
    let coded = hex("0f 02 00 02 00 000100 \(encoding) 01 00 02 00 0001 00 01 00 02 00 0304")
    let found = decode(ChunkCoder(level: .fast), coded, try layout(1, .opaque), 6)
    #expect(found == .misplacedEncoding(EncodingID(rawValue: hex(encoding)[0])))
  }

  @Test("No elements are coded raw or not at all", arguments: UInt8(1)...8)
  func emptyChunks(id: UInt8) throws {
    let coder = ChunkCoder(level: .fast)
    #expect(try coder.encode([], layout(4)) == [0])
    #expect(decode(coder, [id, 0, 0, 0, 0], try layout(4), 0) != nil)
  }
}
