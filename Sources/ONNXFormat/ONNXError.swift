public import ByteStorage

/// What is wrong with a model file, or with a model that is to become one.
public struct ONNXError: DiagnosticError, Equatable {
  /// The rule that is broken; the numbers never change.
  public enum Rule: Int, Sendable, CaseIterable {
    case emptyFile = 1
    case foreignFormat
    case noGraph
    case formatVersion
    case operatorSet
    case shape
    case elementType
    case dataSize
    case dataField
    case dataTwice
    case dataValue
    case segment
    case attribute
    case initializerName
    case outputName
    case sparseTensor
    case externalPath
    case externalRange
    case externalOverlap
    case externalMissing
    case externalChecksum
    case template
    case graphUse
    case contents
  }

  /// The broken rule.
  public let rule: Rule
  /// What is wrong, and where.
  public let detail: String

  init(_ rule: Rule, _ detail: String) {
    self.rule = rule
    self.detail = detail
  }

  /// The stable code of the rule.
  public var code: String {
    let digits = String(rule.rawValue)
    return "E-ONNX-" + String(repeating: "0", count: 3 - digits.count) + digits
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind {
    switch rule {
    case .externalMissing: .missingInput
    case .graphUse, .contents: .internalError
    default: .malformedData
    }
  }

  /// The fact and its place.
  public var description: String { detail }

  /// What the user can do.
  public var recovery: String? {
    switch rule {
    case .emptyFile: "fetch or save the file again"
    case .foreignFormat: nil
    case .externalMissing: "put the data files beside the model, as they were when it was saved"
    case .externalPath, .externalRange, .externalOverlap, .externalChecksum:
      "save the model and its data files again, together, in one folder"
    case .graphUse, .contents: "report this as a bug"
    case .formatVersion, .operatorSet, .noGraph:
      "check the file with onnx.checker, or export the model again"
    default: "export the model again; onnx.checker may say more"
    }
  }
}

/// Something odd that does not keep a model from being read.
public struct Warning: Hashable, Sendable {
  /// A stable code.
  public let code: String
  /// What is odd, and where.
  public let text: String

  init(_ code: Code, _ text: String) {
    self.code = code.rawValue
    self.text = text
  }

  /// The codes; they never change.
  enum Code: String {
    case newerVersion = "W-ONNX-001"
    case newerOperatorSet = "W-ONNX-002"
    case unknownField = "W-ONNX-003"
    case repeatedOperatorSet = "W-ONNX-004"
    case externalKey = "W-ONNX-005"
  }
}
