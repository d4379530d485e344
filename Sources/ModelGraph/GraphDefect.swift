public import ByteStorage

/// What makes a graph impossible to follow.
public enum GraphDefect: DiagnosticError, Equatable {
  /// Values that are made from each other, in the order they are.
  case cycle([ByteString])
  /// A value that is read and that nothing makes.
  case missing(ByteString, node: ByteString, nearest: [ByteString])
  /// Functions that call each other.
  case recursion([ByteString])
  /// A batch normalisation whose vectors have different lengths.
  case unequalVectors(node: ByteString, lengths: [Int])
}

extension GraphDefect {
  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .cycle: "E-GRAPH-001"
    case .missing: "E-GRAPH-002"
    case .recursion: "E-GRAPH-003"
    case .unequalVectors: "E-GRAPH-004"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .malformedData }

  /// The fact.
  public var description: String {
    switch self {
    case .cycle(let names):
      "nodes need each other's values: " + Self.loop(names)
    case .missing(let name, let node, _):
      "node \"\(node.escaped)\" reads \"\(name.escaped)\", which nothing makes"
    case .recursion(let names):
      "functions call each other: " + Self.loop(names)
    case .unequalVectors(let node, let lengths):
      "batch normalisation \"\(node.escaped)\" has vectors of different lengths: "
        + lengths.map(String.init).joined(separator: ", ")
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .missing(_, _, let nearest) where !nearest.isEmpty:
      "similar names: " + nearest.map { "\"\($0.escaped)\"" }.joined(separator: ", ")
    default: "export the model anew; it cannot run as it is"
    }
  }

  /// A loop in writing; the middle of a long one is left out.
  private static func loop(_ names: [ByteString]) -> String {
    let shown = names.count > 8 ? names.prefix(4) + ["..."] + names.suffix(3) : names[...]
    return (shown + names.prefix(1)).map(\.escaped).joined(separator: " -> ")
  }
}
