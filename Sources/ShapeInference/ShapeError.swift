internal import ByteStorage

/// Why the shapes of a node's outputs are not known.
public enum ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing is known of the operator.
  case noRule(String)
  /// An input that it takes to tell is unknown.
  case unknownInput(Int)
  /// The input's elements, which say the shape, are unknown.
  case unknownElements(Int)
  /// The inputs and attributes contradict each other.
  case contradiction(String)
  /// The result would have more elements than there can be.
  case tooLarge

  /// The reason, as the rest of a sentence.
  public var description: String {
    switch self {
    case .noRule(let name): "the operator \(name) is not known"
    case .unknownInput(let index): "input \(index) is missing or of unknown shape"
    case .unknownElements(let index): "the numbers of input \(index) are not known"
    case .contradiction(let text): text
    case .tooLarge: "the result is too large"
    }
  }
}
