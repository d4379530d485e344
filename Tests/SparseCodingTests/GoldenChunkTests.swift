import Testing

@testable import SparseCoding

/// Chunks written down by hand after the format's pages; they are added to and never changed.
@Suite struct GoldenChunkTests {
  /// A chunk, how it is laid out, and its coded form.
  struct Golden: CustomTestStringConvertible {
    let testDescription: String
    let width: Int
    let kind: ElementLayout.Kind
    let elements: String
    let coded: String

    init(
      _ name: String, _ width: Int, _ kind: ElementLayout.Kind, _ elements: String, _ coded: String
    ) {
      (testDescription, self.width, self.kind) = (name, width, kind)
      (self.elements, self.coded) = (elements, coded)
    }
  }

  /// One per encoding that needs no choice beyond the encoding.
  static let encoded = [
    Golden("raw", 1, .opaque, "010203", "00 010203"),
    Golden("constant", 4, .float, "0000c03f 0000c03f 0000c03f", "01 0000c03f"),
    Golden(
      "float-split: 1, -2, 1", 4, .float, "0000803f 000000c0 0000803f",
      "02 00 7f807f 04 00 04 00 00 000100"),
    Golden("byte-planes", 2, .opaque, "0201 0301 0401", "03 04 01 00 020304"),
    Golden("integer: zigzag of -1, 1, 2", 2, .signedInteger, "ffff 0100 0200", "04 11 00 010204"),
    Golden("bitmask", 1, .opaque, "000500000000000007", "05 00 0201 00 0507"),
    Golden("gaps", 1, .opaque, "000500000000000007", "06 02 00 0106 00 0507"),
    Golden(
      "gaps with a skip", 1, .opaque, String(repeating: "00", count: 257) + "09",
      "06 02 00 ff02 01 09"),
  ]

  /// Those that take a parameter, or a coder, the writer would not choose for so little.
  static let decodedOnly = [
    Golden(
      "integer: distance from 1000", 2, .signedInteger, "e803 e903 eb03",
      "04 21 e803 00 000103"),
    Golden(
      "integer: differences from 1000", 2, .signedInteger, "e803 e903 eb03",
      "04 31 e803 00 000204"),
    Golden(
      "2:4, the last group not full", 1, .opaque, "01020000 00030004 05000000",
      "07 02 04 01 00 18 00 010203040500"),
    Golden("1:2 with stride 2", 1, .opaque, "01000002", "07 01 02 02 00 02 00 0102"),
    Golden(
      "blocks of 2 x 2", 1, .opaque, "00000102 00000304", "08 02 02 04 00 02 00 01020304"),
    Golden("an empty chunk", 8, .float, "", "00"),
    Golden(
      "float-joint: 1, -2, 1.5", 4, .float, "0000803f 000000c0 0000c03f",
      "0a 01 7f 00 020403 04 00 04 00 00 000100"),
    Golden("float-joint of four bits", 2, .float, "803f 0100", "0a 04 7f 00 1000 00 20"),
    Golden("repeats", 1, .opaque, "010203", "09 00 010203"),
    Golden("signed-repeats", 2, .float, "003c 00bc 00c0", "0c 00 003c003c0040 00 06"),
    Golden(
      "scaled", 4, .float, "cdcccc3d cdcc4cbe 9a99993e",
      "0e 01 03 00 007b 0099 0099 009a 00 01fe03"),
    Golden("row-classes", 1, .opaque, "010203040506", "0f 02 00 02 00 000100 00 01020506 00 0304"),
    Golden(
      "negative-zeros: 0, -0, 1, -0", 2, .float, "0000 0080 003c 0080",
      "10 00 00000000003c0000 00 06"),
    Golden("negative-zeros: none", 1, .float, "38", "10 00 38 00"),
    Golden(
      "negative-zeros in a bitmask", 1, .float, "00800500 00000080 07",
      "10 05 00 0401 00 0507 00 42"),
    Golden("palette", 2, .float, "0038 003c 0038", "0d 01 00 383c 0400 00 000100"),
    Golden(
      "zlib", 1, .opaque, "7765696768747320 7765696768747320 77656967687473",
      "03 01 0c 2b4fcd4ccf2829562847a501"),
    Golden(
      "rans", 1, .opaque, "0001000101 0001020304050607",
      "03 05 15 08 c0003008 005b0500 82590100 04140400 c65e0100"),
    Golden(
      "mixed", 1, .opaque, "00010200 00020100", "03 06 0f 040200 08 800160000c00 a5b89277b6"),
    Golden(
      "mixed values in a bitmask", 1, .opaque, "00000100 00000002",
      "05 00 a4 03 06 0e 040200 08 800160000c00 611f8000"),
    Golden(
      "mixed values behind gaps", 1, .opaque, "00000100 00000002",
      "06 02 00 0204 03 06 0e 040200 08 800160000c00 3fff8000"),
    Golden(
      "zstd: a run", 1, .opaque, String(repeating: "41", count: 9), "03 02 06 00584b000041"),
  ]

  @Test("Each encoding writes its golden bytes", arguments: encoded)
  func writing(golden: Golden) throws {
    let layout = try layout(golden.width, golden.kind)
    let coded = hex(golden.coded)
    let encoding = try SparseEncodings.implementation(of: coded[0])
    let coder = ChunkCoder(level: .balanced)
    #expect(try coder.encode(hex(golden.elements), layout, in: encoding) == coded)
  }

  @Test("The golden bytes are read", arguments: encoded + decodedOnly)
  func reading(golden: Golden) throws {
    let layout = try layout(golden.width, golden.kind)
    let elements = hex(golden.elements)
    let coder = ChunkCoder(level: .fast)
    #expect(try coder.decode(hex(golden.coded), layout, size: elements.count) == elements)
  }

  @Test("Patterns, blocks and transforms write their golden bytes")
  func parameters() throws {
    let coder = ChunkCoder(level: .balanced)
    func coded(
      _ id: UInt8, _ text: String, _ layout: ElementLayout,
      _ body: (ChunkAnalysis, inout [UInt8]) throws -> Void
    ) rethrows -> String {
      try hex(text).withUnsafeBytes { chunk in
        var coded = [id]
        try body(ChunkAnalysis(Elements(chunk, layout), hints: [], coder: coder), &coded)
        return hex(coded)
      }
    }
    let bytes = try layout(1, .opaque)
    let integers = try layout(2, .signedInteger)
    let patterns = try coded(7, "010200000003000405000000", bytes) { chunk, coded in
      let shape = PatternShape(kept: 2, group: 4, stride: 1)
      _ = try PatternEncoding().encode(chunk, shape, into: &coded)
    }
    #expect(patterns == "070204010018" + "00010203040500")
    let blocks = try coded(8, "0000010200000304", bytes) { chunk, coded in
      let shape = BlockShape(rows: 2, columns: 2, rowLength: 4)
      _ = try BlockEncoding().encode(chunk, shape, into: &coded)
    }
    #expect(blocks == "080202040002" + "0001020304")
    let offsets = coded(4, "e803e903eb03", integers) { chunk, coded in
      IntegerEncoding().encode(chunk, .offset, into: &coded)
    }
    #expect(offsets == "0421e803" + "00000103")
    let differences = coded(4, "e803e903eb03", integers) { chunk, coded in
      IntegerEncoding().encode(chunk, .difference, into: &coded)
    }
    #expect(differences == "0431e803" + "00000204")
  }

  @Test("A Huffman-coded zstd frame of another writer is read")
  func foreignFrame() throws {
    let elements = (0..<200).map { UInt8((($0 * $0 * $0) >> 5) % 7) }
    let coder = ChunkCoder(level: .fast)
    let frame =
      "0000750200828c12852123136012b3c60b489041f5960281e5c84fc9612d34275524bc9f2841ebcaa288717ad9a0"
      + "8add4d206823a1c7ac84060f2398b49c1743605d3b7e915473992f75640afc043995240100"
    let coded = hex("03 02 53" + frame)
    #expect(try coder.decode(coded, layout(1, .opaque), size: 200) == elements)
  }
}
