import ByteStorage
import TestSupport
import Testing

@testable import Pruning

/// Matches by trying everything.
private func naiveMatch(_ pattern: [Character], _ name: [Character]) -> Bool {
  guard let first = pattern.first else { return name.isEmpty }
  let rest = Array(pattern.dropFirst())
  if first == "*" {
    return (0...name.count).contains { naiveMatch(rest, Array(name.dropFirst($0))) }
  }
  guard let letter = name.first else { return false }
  return (first == "?" || first == letter) && naiveMatch(rest, Array(name.dropFirst()))
}

/// All words of up to `length` letters.
private func words(of alphabet: String, upTo length: Int) -> [String] {
  var all = [""]
  var last = [""]
  for _ in 0..<length {
    last = last.flatMap { word in alphabet.map { word + String($0) } }
    all += last
  }
  return all
}

@Suite struct GlobTests {
  @Test func everyShortPatternMatchesWhatTryingEverythingMatches() throws {
    let names = words(of: "ab", upTo: 4)
    for pattern in words(of: "ab*?", upTo: 4).dropFirst() {
      let glob = try Glob(pattern)
      let matched = names.filter(glob.matches)
      #expect(matched == names.filter { naiveMatch(Array(pattern), Array($0)) }, "\(pattern)")
    }
  }

  @Test func setsAndEscapesMatchOneCharacter() throws {
    #expect(try Glob("conv[0-3x]").matches("conv2"))
    #expect(try Glob("conv[0-3x]").matches("convx"))
    #expect(try !Glob("conv[0-3x]").matches("conv4"))
    #expect(try Glob("[!a-c]*").matches("dense"))
    #expect(try !Glob("[!a-c]*").matches("conv"))
    #expect(try Glob("[a-]").matches("-"))
    #expect(try Glob("layers\\[0\\].w").matches("layers[0].w"))
    #expect(try Glob("\\*").matches("*"))
    #expect(try !Glob("\\*").matches("a"))
    #expect(try Glob("?").matches("ö"))
  }

  @Test func onlyPatternsWithoutWildcardsAreLiteral() throws {
    #expect(try Glob("a.b\\*").isLiteral)
    for pattern in ["a*", "a?", "[a]"] { #expect(try !Glob(pattern).isLiteral) }
  }

  @Test func manyStarsTakeNoExponentialTime() throws {
    let glob = try Glob(String(repeating: "*a", count: 200) + "b")
    #expect(!glob.matches(String(repeating: "a", count: 2000)))
  }

  @Test(arguments: [
    ("", 0, "is empty"), ("a[b", 1, "a set without its ]"), ("[]", 0, "an empty set"),
    ("x[c-a]", 2, "a range that goes backwards"), ("ab\\", 2, "a backslash with nothing behind it"),
    ("op:", 3, "is empty"), ("size:5", 5, "size: needs >, >=, < or <="),
    ("size:>", 6, "not a number of elements such as 4k"),
    ("size:<=4m", 7, "not a number of elements such as 4k"),
    ("size:>-1", 6, "not a number of elements such as 4k"),
    ("op:a[", 4, "a set without its ]"),
  ])
  func aMalformedSelectorIsRefusedWithItsPlace(text: String, position: Int, reason: String) {
    let expected = PruningError.malformedSelector(text, position: position, reason: reason)
    #expect(throws: expected) { try Selector(text) }
  }
}

@Suite struct SelectorTests {
  private func tensor(_ count: Int) -> SelectableTensor {
    SelectableTensor(name: "w", readers: [], elementCount: count)
  }

  @Test func sizesCompareWithDecimalUnits() throws {
    let limits: [(String, Int)] = [
      ("7", 7), ("4k", 4000), ("2M", 2_000_000), ("1G", 1_000_000_000),
      ("99999999999999999G", .max),
    ]
    for (text, limit) in limits {
      for count in [limit - 1, limit] {
        #expect(try Selector("size:>\(text)").matches(tensor(count)) == (count > limit))
        #expect(try Selector("size:>=\(text)").matches(tensor(count)) == (count >= limit))
        #expect(try Selector("size:<\(text)").matches(tensor(count)) == (count < limit))
        #expect(try Selector("size:<=\(text)").matches(tensor(count)) == (count <= limit))
      }
    }
  }
}
