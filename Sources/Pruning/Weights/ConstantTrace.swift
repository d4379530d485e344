internal import ByteStorage
internal import ModelGraph

/// A constant behind a value, and the nodes that lead from the one to the other.
struct ConstantTrace {
  /// Where the value comes from.
  enum Origin: Hashable {
    case tensor(TensorID)
    case sparse(SparseTensor)
  }

  /// The longest way that is followed.
  static let maximumSteps = 64
  /// The operators that keep each weight a weight.
  static let transparent: Set<ByteString> = [
    "Identity", "Cast", "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Flatten",
    "QuantizeLinear", "DequantizeLinear",
  ]

  let origin: Origin
  /// The nodes in the order the data flows.
  let steps: [NodeID]
}

/// Finds the constants behind values.
struct ConstantTracer {
  let model: Model
  let index: GraphIndex

  /// The constant that `graph` knows by a name, through operators that keep weights weights.
  func trace(_ name: ByteString, in graph: GraphID) -> ConstantTrace? {
    var (name, graph) = (name, graph)
    var steps: [NodeID] = []
    while true {
      switch index.definition(of: name, in: graph) {
      case .initializer(let tensor):
        return ConstantTrace(origin: .tensor(tensor), steps: steps.reversed())
      case .sparseInitializer(let tensor):
        return ConstantTrace(origin: .sparse(tensor), steps: steps.reversed())
      case .node(let id, output: 0):
        if let origin = constant(model[id]) {
          return ConstantTrace(origin: origin, steps: steps.reversed())
        }
        guard Self.isTransparent(model[id]), steps.count < ConstantTrace.maximumSteps,
          let input = model[id].inputs.first
        else { return nil }
        steps.append(id)
        (name, graph) = (input, id.graph)
      case .node, .input, nil:
        return nil
      }
    }
  }

  /// The tensor that `graph` knows by a name when nothing but `Identity` lies in between.
  func tensor(_ name: ByteString, in graph: GraphID) -> TensorID? {
    guard let trace = trace(name, in: graph), case .tensor(let tensor) = trace.origin,
      trace.steps.allSatisfy({ model[$0].operatorType == "Identity" })
    else { return nil }
    return tensor
  }

  /// The values of a small constant of integers, such as a shape; nil when there is none.
  func integers(_ name: ByteString, in graph: GraphID) throws -> [Int]? {
    guard let id = tensor(name, in: graph), model[id].elementType == .int64,
      model[id].shape.elementCount <= Shape.maximumRank,
      model[id].contents.byteCount == 8 * model[id].shape.elementCount
    else { return nil }
    return try model[id].contents.bytes().withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map {
        Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)))
      }
    }
  }

  static func isTransparent(_ node: Node) -> Bool {
    ConstantTrace.transparent.contains(node.operatorType)
      && ["", "ai.onnx", "com.microsoft"].contains(node.domain)
  }

  private func constant(_ node: Node) -> ConstantTrace.Origin? {
    guard node.operatorType == "Constant", ["", "ai.onnx"].contains(node.domain) else {
      return nil
    }
    if case .tensor(let tensor) = node.attribute("value") { return .tensor(tensor) }
    if case .sparseTensor(let tensor) = node.attribute("sparse_value") { return .sparse(tensor) }
    return nil
  }
}
