import Testing

@testable import SparsifyKit

@Suite struct HTMLTests {
  private static let hostile = "</script><img src=x onerror='alert(1)'>\"&amp;"

  @Test("What is interpolated as text is escaped, what is HTML is not")
  func escaping() {
    let name: HTML = "<b title=\"\(Self.hostile)\">\(Self.hostile)</b>"
    let text =
      "&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;amp;"
    #expect(name.source == "<b title=\"\(text)\">\(text)</b>")
    #expect(("<p>\(name)\([name, name])\(7)</p>" as HTML).source.hasSuffix("</b>7</p>"))
    #expect(HTML.escaped("größer 🙂 ´ok`") == "größer 🙂 ´ok`")
  }

  @Test("Markdown of a name means nothing but the name")
  func markdown() {
    #expect(MarkdownReport.escaped("a|b") == "a\\|b")
    #expect(MarkdownReport.escaped("<img>*x*`y`[z](u)") == "\\<img\\>\\*x\\*\\`y\\`\\[z\\](u)")
  }

  @Test(
    "Bytes in base64",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
  func base64(text: String, expected: String) {
    #expect(ContentPolicy.base64(Array(text.utf8)) == expected)
  }

  @Test(
    "Numbers in few characters",
    arguments: [
      (0.0, "0"), (1, "1.000"), (-0.5, "-0.5000"), (12.345, "12.345"), (99_999, "99999"),
      (123_456, "1.235e5"), (0.00012345, "1.234e-4"), (-3.4e38, "-3.400e38"), (1e-45, "1.000e-45"),
    ])
  func shortNumbers(value: Double, text: String) {
    #expect(value.shortText == text)
  }

  @Test(
    "Counts in groups and units",
    arguments: [
      (0, "0", "0"), (999, "999", "999"), (1000, "1\u{202F}000", "1.00\u{A0}k"),
      (-12_345, "−12\u{202F}345", "-12345"),
      (22_713_216, "22\u{202F}713\u{202F}216", "22.7\u{A0}M"),
    ])
  func counts(value: Int, grouped: String, short: String) {
    #expect(value.grouped == grouped)
    #expect(value.countText == short)
  }
}
