public import ByteStorage
public import ModelGraph

/// Stub.
public struct TensorFacts: Hashable, Sendable {
  public var elementType: ElementType?
  public var shape: [Int]
  public var elements: SmallElements?
  public var isShapeDerived: Bool
  public init(
    elementType: ElementType?, shape: [Int], elements: SmallElements?, isShapeDerived: Bool
  ) {
    self.elementType = elementType
    self.shape = shape
    self.elements = elements
    self.isShapeDerived = isShapeDerived
  }
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
/// Stub.
public struct OperatorCall {
  public init(node: Node, version: Int, inputs: [TensorFacts?], model: Model) {}
}
/// Stub.
public enum ShapeError: Error { case noRule }
/// Stub.
public enum ShapeRules {
  public static func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] { [] }
}
