public import ByteStorage

/// Nodes in the file's order, and the tensors they read.
public struct Graph: Sendable {
  /// What a graph is for.
  public enum Role: Sendable, Hashable {
    /// It runs when the model runs.
    case main
    /// It is an attribute of a node of the graph `parent`: a branch or a loop body.
    case body(parent: GraphID)
    /// It is the body of a function that nodes call by its name.
    case function
    /// It initialises or trains the model.
    case training
  }

  /// What the graph is for.
  public var role: Role
  /// The name.
  public var name: ByteString
  /// The operations.
  public var nodes: [Node]
  /// The values that come from outside.
  public var inputs: [Value]
  /// The values that go out.
  public var outputs: [Value]
  /// What is known of values in between.
  public var values: [Value]
  /// The dense constants.
  public var initializers: [TensorID]
  /// The sparse constants.
  public var sparseInitializers: [SparseTensor]
  /// What the file format said beyond the above, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes a graph.
  public init(
    role: Role, name: ByteString = "", nodes: [Node] = [], inputs: [Value] = [],
    outputs: [Value] = [], values: [Value] = [], initializers: [TensorID] = [],
    sparseInitializers: [SparseTensor] = [], annotation: [UInt8] = []
  ) {
    self.role = role
    self.name = name
    self.nodes = nodes
    self.inputs = inputs
    self.outputs = outputs
    self.values = values
    self.initializers = initializers
    self.sparseInitializers = sparseInitializers
    self.annotation = annotation
  }
}

/// A named value of a graph and what is known of it.
public struct Value: Sendable {
  /// The name.
  public var name: ByteString
  /// Its type, as far as this model looks into it.
  public var type: ValueType
  /// The file format's whole description of the value, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes a value.
  public init(name: ByteString, type: ValueType = .opaque, annotation: [UInt8] = []) {
    self.name = name
    self.type = type
    self.annotation = annotation
  }
}

/// The type of a value.
public enum ValueType: Hashable, Sendable {
  /// A tensor; no shape means that even the rank is unknown.
  case tensor(ElementType?, [Dimension]?)
  /// A sequence, map, optional, opaque or missing type; it stands in the annotation.
  case opaque
}

/// One dimension of a value.
public enum Dimension: Hashable, Sendable {
  case fixed(Int)
  case symbolic(ByteString)
  case unknown
}
