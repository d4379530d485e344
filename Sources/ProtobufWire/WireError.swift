public import ByteStorage

/// A place where bytes break a rule of the wire format or a limit.
public struct WireError: DiagnosticError, Equatable {
  /// The rule that is broken.
  public enum Rule: Int, Sendable, CaseIterable {
    case truncated = 1
    case varint
    case tag
    case wireType
    case length
    case packedLength
    case group
    case depth
    case count
    case memory
    case nameLength
    case hole
    case unpack
  }

  /// The broken rule.
  public let rule: Rule
  /// Where, in bytes from the start of the file.
  public let offset: Int
  /// The fields that lead there, such as `graph.node.attribute`.
  public let path: String
  /// What stands there.
  public let detail: String

  init(_ rule: Rule, at offset: Int, path: String, _ detail: String) {
    self.rule = rule
    self.offset = offset
    self.path = path
    self.detail = detail
  }

  /// The stable code of the rule.
  public var code: String {
    let digits = String(rule.rawValue)
    return "E-WIRE-" + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// Malformed data, whatever the rule.
  public var kind: FailureKind { .malformedData }

  /// The place and the fact.
  public var description: String {
    "byte \(offset)\(path.isEmpty ? "" : " (\(path))"): \(detail)"
  }

  /// What the user can do.
  public var recovery: String? {
    switch rule {
    case .depth, .count, .memory, .nameLength:
      "if the file comes from a trusted tool, simplify the model before; limits: sparsify limits"
    case .truncated: "the file is cut short: fetch or save it again"
    default: "the file is damaged or in another format: fetch or save it again"
    }
  }
}
