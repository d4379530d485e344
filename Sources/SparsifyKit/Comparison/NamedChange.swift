internal import ByteStorage

/// Something with a name that is not the same in two models.
public struct NamedChange: Hashable, Sendable, Codable {
  /// The name.
  public var name: String
  /// What it was; nil when it was added.
  public var before: String?
  /// What it is; nil when it was removed.
  public var after: String?
}

/// Something with a name, as it stands in one model.
struct NamedText {
  let name: ByteString
  /// What people see.
  let text: String
  /// What the text does not tell.
  var rest: [UInt8] = []
}

extension NamedChange {
  private struct Key: Hashable {
    let name: ByteString
    /// Names may repeat: the first is compared with the first.
    let occurrence: Int
  }

  /// What differs between two lists, in the order of the first; then what was added.
  static func changes(_ first: [NamedText], _ second: [NamedText]) -> [NamedChange] {
    var others: [Key: NamedText] = [:]
    let added = keyed(second)
    for (key, text) in added { others[key] = text }
    var changes: [NamedChange] = []
    for (key, before) in keyed(first) {
      guard let after = others.removeValue(forKey: key) else {
        changes.append(NamedChange(name: key.name.escaped, before: before.text))
        continue
      }
      guard before.text != after.text || before.rest != after.rest else { continue }
      changes.append(
        NamedChange(name: key.name.escaped, before: before.text, after: after.text))
    }
    for (key, after) in added where others[key] != nil {
      changes.append(NamedChange(name: key.name.escaped, after: after.text))
    }
    return changes
  }

  private static func keyed(_ texts: [NamedText]) -> [(Key, NamedText)] {
    var counts: [ByteString: Int] = [:]
    return texts.map { text in
      let occurrence = counts[text.name, default: 0]
      counts[text.name] = occurrence + 1
      return (Key(name: text.name, occurrence: occurrence), text)
    }
  }
}
