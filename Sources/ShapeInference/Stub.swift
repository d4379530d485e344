public import ByteStorage
public import ModelGraph

/// Stub.
public struct TensorFacts: Hashable, Sendable {
  public var elementType: ElementType?
  public var shape: [Int]
  public var elements: SmallElements?
  public var isShapeDerived: Bool
}
/// Stub.
public enum SmallElements: Hashable, Sendable {
  case integers([Int])
  case reals([Double])
}
/// Stub.
public struct EvaluatedGraph: Sendable {
  public subscript(name: ByteString) -> TensorFacts? { nil }
}
