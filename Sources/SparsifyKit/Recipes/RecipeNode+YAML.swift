extension RecipeNode {
  /// YAML text: mappings and lists of mappings in lines, lists of words in brackets.
  ///
  /// Goes as deep as the value, which reading bounds (`YAMLReader.maximumDepth`).
  var yaml: String {
    var lines: [String] = []
    write(to: &lines, indent: "")
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(to lines: inout [String], indent: String) {
    switch content {
    case .word: lines.append(indent + flow)
    case .list(let items):
      for item in items {
        let start = lines.count
        item.write(to: &lines, indent: indent + "  ")
        lines[start].replaceSubrange(
          lines[start]
            .startIndex..<lines[start].index(
              lines[start].startIndex, offsetBy: indent.count + 2), with: indent + "- ")
      }
    case .mapping(let entries):
      for entry in entries {
        let key = indent + entry.key.yamlWord + ":"
        switch entry.value.content {
        case .list(let items) where !items.allSatisfy({ $0.word != nil }):
          lines.append(key)
          entry.value.write(to: &lines, indent: indent + "  ")
        case .mapping(let entries) where !entries.isEmpty:
          lines.append(key)
          // What hangs on the key of a list's item stands under its settings.
          entry.value.write(to: &lines, indent: indent + "  ")
        default: lines.append(key + " " + entry.value.flow)
        }
      }
    }
  }

  /// The value in one line.
  var flow: String {
    switch content {
    case .word(let word, let isQuoted): isQuoted ? word.yamlWord : word
    case .list(let items): "[" + items.map(\.flow).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { $0.key.yamlWord + ": " + $0.value.flow }.joined(separator: ", ") + "}"
    }
  }
}

extension RecipeNode {
  /// JSON text, entries in their order.
  ///
  /// Goes as deep as the value, which is one of the project's own.
  var json: String { json(indent: "") + "\n" }

  private func json(indent: String) -> String {
    let inner = indent + "  "
    switch content {
    case .word(let word, let isQuoted): return isQuoted ? word.quoted : word
    case .list(let items):
      return "[" + items.map { $0.json(indent: indent) }.joined(separator: ", ") + "]"
    case .mapping(let entries):
      let lines = entries.map { "\(inner)\($0.key.quoted): \($0.value.json(indent: inner))" }
      return entries.isEmpty ? "{}" : "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    }
  }
}

extension String {
  /// The text without quotes where nothing takes it for anything else, and in quotes otherwise.
  fileprivate var yamlWord: String {
    let isPlain =
      first.map { $0.isASCII && $0.isLetter || $0 == "_" } == true
      && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./-".contains($0)) }
    // What YAML 1.1 takes for truth values and nothing.
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
    return isPlain && !words.contains(lowercased()) ? self : quoted
  }

  /// The text in quotes, with escapes that YAML and JSON share.
  fileprivate var quoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        let value = scalar.value
        let isPrintable =
          (0x20..<0x7F).contains(value) || (0xA0..<0x2028).contains(value)
          || (0x202A..<0xFDD0).contains(value) || (0xFDF0..<0xFEFF).contains(value)
          || (0xFF00..<0xFFF0).contains(value) || value > 0xFFFF
        let digits = String(value, radix: 16)
        result +=
          isPrintable
          ? String(scalar) : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
