public import ByteStorage

/// What can go wrong with samples and with what layers make of them.
public enum CalibrationError: DiagnosticError, Equatable {
  /// No layer of the model can be fitted to what it reads.
  case noLayers(weights: Int)
  /// A sample has elements that are infinite or no number.
  case notFinite(String, count: Int)
  /// The samples tell nothing apart.
  case constantSamples(String)
  /// Statistics are about another model than it should be.
  case otherStatistics(String)
  /// A file of statistics contradicts itself.
  case badStatistics(String)

  /// The stable code of this rule.
  public var code: String {
    switch self {
    case .noLayers: "E-CAL-001"
    case .notFinite: "E-CAL-002"
    case .constantSamples: "E-CAL-003"
    case .otherStatistics: "E-CAL-004"
    case .badStatistics: "E-CAL-005"
    }
  }

  /// The kind of failure, and so the exit code.
  public var kind: FailureKind { .malformedData }

  /// The fact.
  public var description: String {
    switch self {
    case .noLayers(let weights):
      "none of \(weights) weights of the model belongs to a layer that can be fitted to what it reads"
    case .notFinite(let name, let count):
      "the samples of \"\(ByteString(name))\" have \(count) elements that are infinite or no number"
    case .constantSamples(let name):
      "the samples of \"\(ByteString(name))\" are all the same number"
    case .otherStatistics(let reason):
      "the statistics are about another model: \(ByteString(reason))"
    case .badStatistics(let reason): "the statistics are broken: \(ByteString(reason))"
    }
  }

  /// What the user can do.
  public var recovery: String? {
    switch self {
    case .noLayers: "prune without --calibrate"
    case .notFinite: "leave such samples out, and see what made them"
    case .constantSamples: "give samples of what the model is made for"
    case .otherStatistics, .badStatistics: "make them anew with sparsify calibrate"
    }
  }
}
