public import ByteStorage

/// A place in a model's table of graphs.
public struct GraphID: Hashable, Sendable, Comparable {
  /// The index in `Model.graphs`.
  public let index: Int

  /// Names the graph at an index of the table.
  public init(_ index: Int) {
    self.index = index
  }

  /// The graph that runs when the model runs.
  public static let main = GraphID(0)

  /// Orders by index.
  public static func < (left: GraphID, right: GraphID) -> Bool { left.index < right.index }
}

/// One operation of a graph.
public struct Node: Sendable {
  /// The node's name, often empty.
  public var name: ByteString
  /// The operator, such as `Conv`.
  public var operatorType: ByteString
  /// The operator's domain; empty for the standard operators.
  public var domain: ByteString
  /// The values read; an empty name is an optional input left out.
  public var inputs: [ByteString]
  /// The values made.
  public var outputs: [ByteString]
  /// The settings.
  public var attributes: [Attribute]
  /// What the file format said beyond the above, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes a node.
  public init(
    name: ByteString = "", operatorType: ByteString, domain: ByteString = "",
    inputs: [ByteString] = [], outputs: [ByteString] = [], attributes: [Attribute] = [],
    annotation: [UInt8] = []
  ) {
    self.name = name
    self.operatorType = operatorType
    self.domain = domain
    self.inputs = inputs
    self.outputs = outputs
    self.attributes = attributes
    self.annotation = annotation
  }

  /// True when the operator is one of the standard's own, no extension's.
  public var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

  /// The value of the attribute of that name, if there is one.
  public func attribute(_ name: ByteString) -> AttributeValue? {
    attributes.first { $0.name == name }?.value
  }

  /// The integer attribute of that name, or a default.
  public func integer(_ name: ByteString, default fallback: Int = 0) -> Int {
    guard case .int(let value) = attribute(name) else { return fallback }
    return Int(value)
  }
}

/// A named setting of a node.
public struct Attribute: Sendable {
  /// The name.
  public var name: ByteString
  /// The value.
  public var value: AttributeValue
  /// What the file format said beyond the above, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes an attribute.
  public init(name: ByteString, value: AttributeValue, annotation: [UInt8] = []) {
    self.name = name
    self.value = value
    self.annotation = annotation
  }
}

/// What an attribute holds.
///
/// Tensors and graphs lie in the model's tables.
public enum AttributeValue: Sendable {
  case float(Float)
  case int(Int64)
  case string(ByteString)
  case tensor(TensorID)
  case sparseTensor(SparseTensor)
  case graph(GraphID)
  case floats([Float])
  case ints([Int64])
  case strings([ByteString])
  case tensors([TensorID])
  case sparseTensors([SparseTensor])
  case graphs([GraphID])
  /// A kind this model does not look into; it stands in the annotation.
  case opaque
}

extension AttributeValue {
  /// The graphs it holds: branches and loop bodies.
  public var graphIDs: [GraphID] {
    switch self {
    case .graph(let id): [id]
    case .graphs(let ids): ids
    default: []
    }
  }

  /// The tensors it holds, the parts of sparse ones among them.
  public var tensorIDs: [TensorID] {
    switch self {
    case .tensor(let id): [id]
    case .tensors(let ids): ids
    case .sparseTensor(let sparse): [sparse.values, sparse.indices]
    case .sparseTensors(let list): list.flatMap { [$0.values, $0.indices] }
    default: []
    }
  }
}

/// A tensor given by its non-zero values and their places.
public struct SparseTensor: Hashable, Sendable {
  /// The values, in a tensor of one dimension; its name is the sparse tensor's name.
  public var values: TensorID
  /// The places: linear ones `[count]`, or coordinates `[count, rank]`.
  public var indices: TensorID
  /// The dimensions of the whole.
  public var shape: Shape
  /// What the file format said beyond the above, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes a sparse tensor.
  public init(values: TensorID, indices: TensorID, shape: Shape, annotation: [UInt8] = []) {
    self.values = values
    self.indices = indices
    self.shape = shape
    self.annotation = annotation
  }
}
