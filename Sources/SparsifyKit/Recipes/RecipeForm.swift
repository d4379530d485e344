internal import ByteStorage
internal import Pruning

/// How values of one type stand in a recipe: what people call them, what a JSON Schema says of them,
/// how they are read and written.
struct RecipeForm<Value: Sendable>: Sendable {
  /// What goes there, as in "give a share such as 0.8 or 80%".
  let noun: String
  let schema: RecipeNode
  let read: @Sendable (RecipeNode) throws -> Value
  let write: @Sendable (Value) -> RecipeNode

  private init(
    _ noun: String, _ schema: RecipeNode,
    read: @escaping @Sendable (_ node: RecipeNode, _ noun: String) throws -> Value,
    write: @escaping @Sendable (Value) -> RecipeNode
  ) {
    self.noun = noun
    self.schema = schema
    self.read = { try read($0, noun) }
    self.write = write
  }
}

extension RecipeForm<Double> {
  /// A number from 0 to 1, or a percentage.
  static let share = RecipeForm(
    "a share such as 0.8 or 80%",
    [
      "anyOf": [
        ["type": "number", "minimum": .bare(0), "maximum": .bare(1)],
        ["type": "string", "pattern": #"^(100(\.0+)?|[1-9]?[0-9](\.[0-9]+)?)%$"#],
      ]
    ],
    read: { node, noun in
      let isPercent = node.word?.hasSuffix("%") == true
      guard let number = try isPercent ? node.percentage : node.number(noun) else {
        throw RecipeError.wrongType(node, expected: noun)
      }
      guard (0...1).contains(number) else { throw RecipeError.outOfRange(node, expected: noun) }
      return number
    }, write: { .number($0) })

  /// A number of 0 or more.
  static let magnitude = RecipeForm(
    "a magnitude such as 0.01", ["type": "number", "minimum": .bare(0)],
    read: { node, noun in
      let number = try node.number(noun)
      guard number >= 0, number.isFinite else {
        throw RecipeError.outOfRange(node, expected: noun)
      }
      return number
    }, write: { .number($0) })
}

extension RecipeForm where Value: FixedWidthInteger {
  /// A whole number of a range.
  static func count(_ range: ClosedRange<Value>) -> RecipeForm {
    RecipeForm(
      "a whole number from \(range.lowerBound) to \(range.upperBound)",
      [
        "type": "integer", "minimum": .bare(range.lowerBound), "maximum": .bare(range.upperBound),
      ],
      read: { node, noun in
        guard node.isInteger else { throw RecipeError.wrongType(node, expected: noun) }
        guard let number = node.word.flatMap({ Value($0) }), range.contains(number) else {
          throw RecipeError.outOfRange(node, expected: noun)
        }
        return number
      }, write: { .bare($0) })
  }
}

extension RecipeForm<Bool> {
  /// True or false.
  static let flag = RecipeForm(
    "true or false", ["type": "boolean"],
    read: { node, noun in
      guard node == .bare(true).at(node.place) || node == .bare(false).at(node.place) else {
        throw RecipeError.wrongType(node, expected: noun)
      }
      return node.word == "true"
    }, write: { .bare($0) })
}

extension RecipeForm<String> {
  /// One of some words.
  static func oneOf(_ words: [String]) -> RecipeForm {
    RecipeForm(
      "one of \(words.joined(separator: ", "))", ["type": "string", "enum": .texts(words)],
      read: { node, noun in
        let word = try node.text(noun)
        guard words.contains(word) else {
          let near = word.nearest(in: words)
          throw RecipeError.outOfRange(
            node, expected: near.isEmpty ? noun : "\(noun): did you mean \(near[0])?")
        }
        return word
      }, write: { .text($0) })
  }
}

extension RecipeForm
where Value: RawRepresentable<String> & CaseIterable {
  /// One of the cases.
  static var choice: RecipeForm {
    let words = RecipeForm<String>.oneOf(Value.allCases.map(\.rawValue))
    return RecipeForm(
      words.noun, words.schema,
      read: { node, noun in
        guard let value = Value(rawValue: try words.read(node)) else {
          throw RecipeError.outOfRange(node, expected: noun)
        }
        return value
      }, write: { .text($0.rawValue) })
  }
}

extension RecipeForm<ByteSize> {
  /// A number of bytes, with a unit or without.
  static let size = RecipeForm(
    "a size such as 2G",
    [
      "anyOf": [
        ["type": "integer", "minimum": .bare(0)],
        ["type": "string", "pattern": #"^[0-9]+(\.[0-9]+)?[kKmMgGtT]?[bB]?$"#],
      ]
    ],
    read: { node, noun in
      let digits = try node.isInteger ? node.word : node.text(noun)
      guard let size = digits.flatMap({ ByteSize($0) }) else {
        throw RecipeError.outOfRange(node, expected: noun)
      }
      return size
    }, write: { .bare($0.bytes) })
}

extension RecipeForm<GroupPattern> {
  /// N:M.
  static let groups = RecipeForm(
    "a pattern N:M such as 2:4", ["type": "string", "pattern": "^[1-9][0-9]*:[1-9][0-9]*$"],
    read: { node, noun in
      guard let (kept, group) = try node.text(noun).twoNumbers(":") else {
        throw RecipeError.wrongType(node, expected: noun)
      }
      return try node.refusing { try GroupPattern(kept: kept, group: group) }
    }, write: { .text("\($0.kept):\($0.group)") })
}

extension RecipeForm<BlockPattern> {
  /// RxC.
  static let blocks = RecipeForm(
    "a block RxC such as 4x1", ["type": "string", "pattern": "^[1-9][0-9]*x[1-9][0-9]*$"],
    read: { node, noun in
      guard let (rows, columns) = try node.text(noun).twoNumbers("x") else {
        throw RecipeError.wrongType(node, expected: noun)
      }
      return try node.refusing { try BlockPattern(rows: rows, columns: columns) }
    }, write: { .text("\($0.rows)x\($0.columns)") })
}

extension RecipeForm<[Selector]> {
  /// Selectors as on the command line.
  static let selectors = RecipeForm(
    "a list of selectors such as [conv1, op:Conv]",
    ["type": "array", "items": ["type": "string", "minLength": .bare(1)]],
    read: { node, noun in
      guard case .list(let items) = node.content else {
        throw RecipeError.wrongType(node, expected: noun)
      }
      return try items.map { item in
        let text = try item.text("a selector")
        return try item.refusing { try Selector(text) }
      }
    }, write: { .texts($0.map(\.description)) })
}

extension RecipeForm<[SelectedShare]> {
  /// Shares by selector; `prefix` makes one of a key.
  static func shares(prefix: String, _ noun: String) -> RecipeForm {
    RecipeForm(
      noun,
      [
        "type": "object", "additionalProperties": RecipeForm<Double>.share.schema,
        "propertyNames": ["minLength": .bare(1)], "minProperties": .bare(1),
      ],
      read: { node, noun in
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
          throw RecipeError.wrongType(node, expected: noun)
        }
        return try entries.map { entry in
          let key = RecipeNode.text(entry.key).at(entry.place)
          let selector = try key.refusing { try Selector(prefix + entry.key) }
          return SelectedShare(selector, try RecipeForm<Double>.share.read(entry.value))
        }
      },
      write: { shares in
        // Of equal selectors only the last counts.
        var seen: Set<Selector> = []
        let kept = shares.reversed().filter { seen.insert($0.selector).inserted }.reversed()
        return .mapping(
          kept.map { own in
            (String(own.selector.description.dropFirst(prefix.count)), .number(own.share))
          })
      })
  }
}
