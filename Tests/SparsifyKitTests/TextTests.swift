import Testing

@testable import SparsifyKit

@Suite struct ByteSizeTests {
  @Test(
    "A size is read in decimal units, in either case, with or without B",
    arguments: [
      ("0", 0), ("4096", 4096), ("64k", 64_000), ("64kB", 64_000), ("64KB", 64_000),
      ("1.5M", 1_500_000), ("4G", 4_000_000_000), ("1T", 1_000_000_000_000), ("10B", 10),
      ("0.0005M", 500), ("1tb", 1_000_000_000_000), ("9223372T", 9_223_372_000_000_000_000),
    ])
  func reading(text: String, bytes: Int) {
    #expect(ByteSize(text)?.bytes == bytes)
  }

  @Test(
    "Anything else is no size",
    arguments: [
      "", "B", "k", "kB", ".", "-1", "+1", " 1", "1 k", "1kk", "1kBB", "1e3", "0x10", "1,5M", "nan",
      "inf", "infinity", "1_000", "1.2.3", "½", "٣", "9223373T", "99999999999999999999", "1P",
      "1KiB",
    ])
  func refusing(text: String) {
    #expect(ByteSize(text) == nil)
  }

  @Test(
    "A size is shown in three digits",
    arguments: [
      (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1.00 kB"), (1004, "1.00 kB"),
      (1005, "1.00 kB"), (1006, "1.01 kB"), (9_994, "9.99 kB"), (9_995, "10.0 kB"),
      (99_949, "99.9 kB"), (99_950, "100 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"),
      (17_234_567, "17.2 MB"), (4_000_000_000, "4.00 GB"), (1_500_000_000_000, "1.50 TB"),
    ])
  func showing(bytes: Int, text: String) {
    #expect(ByteSize(bytes).description == text)
  }

  @Test("What is shown is read as nearly the same size")
  func andBack() throws {
    var bytes = 1
    while bytes < 1 << 50 {
      let shown = ByteSize(bytes).description.filter { $0 != " " }
      let read = try #require(ByteSize(shown)).bytes
      #expect(abs(Double(read - bytes)) <= 0.0051 * Double(bytes), "\(bytes) as \(shown)")
      bytes = bytes * 7 / 3 + 1
    }
  }

  @Test(
    "A number has a fixed count of decimals",
    arguments: [
      (0.0, 2, "0.00"), (0.005, 2, "0.01"), (1.5, 0, "2"), (-1.25, 1, "-1.3"), (-0.001, 2, "0.00"),
      (12.0, 1, "12.0"), (0.05, 1, "0.1"), (123.456, 2, "123.46"), (0.09, 2, "0.09"),
    ])
  func decimals(value: Double, decimals: Int, text: String) {
    #expect(value.fixed(decimals) == text)
  }

  @Test("No number traps", arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300])
  func extremes(value: Double) {
    #expect(!value.fixed(2).isEmpty)
    #expect(!value.threeDigits.isEmpty)
  }
}

@Suite struct JSONTextTests {
  @Test("Names are sorted, so the same value gives the same text")
  func order() throws {
    let names = (0..<200).map { "key \($0 * 7919 % 200)" }
    let values = Dictionary(uniqueKeysWithValues: names.map { ($0, 1) })
    let text = try JSONText.encode(values)
    #expect(try JSONText.encode(values) == text)
    let reversed = Dictionary(uniqueKeysWithValues: names.reversed().map { ($0, 1) })
    #expect(try JSONText.encode(reversed) == text)
    let lines = text.split(separator: "\n").dropFirst().dropLast()
    #expect(lines.count == 200)
    #expect(lines.map { $0.prefix { $0 != ":" } } == lines.map { $0.prefix { $0 != ":" } }.sorted())
  }

  @Test("Slashes stay, line ends do not")
  func escapes() throws {
    #expect(try JSONText.encode(["a/b\n\"\u{1B}"]) == "[\n  \"a/b\\n\\\"\\u001b\"\n]")
  }
}
