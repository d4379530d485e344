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
  /// The nodes that call each function, by the function's body.
  private let calls: [GraphID: [NodeID]]
  private let callers: Set<NodeID>

  init(_ model: Model) {
    self.model = model
    index = GraphIndex(model)
    calls = FunctionCalls(model).byBody
    callers = Set(calls.values.joined())
  }

  /// True when the node calls a function of the model.
  func isCall(_ node: NodeID) -> Bool {
    callers.contains(node)
  }

  /// The constant that `graph` knows by a name; nil when there is none, or not only one.
  func trace(_ name: ByteString, in graph: GraphID) -> ConstantTrace? {
    let traces = traces(name, in: graph)
    return traces.count == 1 ? traces.first : nil
  }

  /// The constants that `graph` may know by a name, through operators that keep weights weights.
  ///
  /// More than one where the name is a function's input and several nodes call the function.
  func traces(_ name: ByteString, in graph: GraphID) -> [ConstantTrace] {
    var found: [ConstantTrace] = []
    var pending = [Place(name: name, graph: graph)]
    // Functions that call each other twice make exponentially many ways, but few places.
    var seen: Set<Value> = []
    while let place = pending.popLast() {
      guard seen.insert(Value(name: place.name, graph: place.graph)).inserted else { continue }
      switch index.definition(of: place.name, in: place.graph) {
      case .initializer(let tensor):
        found.append(place.trace(to: .tensor(tensor)))
      case .sparseInitializer(let tensor):
        found.append(place.trace(to: .sparse(tensor)))
      case .node(let id, output: 0):
        if let origin = constant(model[id]) {
          found.append(place.trace(to: origin))
        } else if Self.isTransparent(model[id]), let input = model[id].inputs.first,
          let next = place.moved(to: input, in: id.graph, over: id)
        {
          pending.append(next)
        }
      case .input(let position):
        // In the order of the calls: the last one pending is looked at first.
        for call in calls[place.graph, default: []].reversed()
        where position < model[call].inputs.count {
          let argument = model[call].inputs[position]
          if let next = place.moved(to: argument, in: call.graph) { pending.append(next) }
        }
      case .node, nil:
        break
      }
    }
    return found
  }

  private struct Value: Hashable {
    let name: ByteString
    let graph: GraphID
  }

  /// A value on the way back from a reader to its constant.
  private struct Place {
    var name: ByteString
    var graph: GraphID
    var steps: [NodeID] = []
    var length = 0

    func trace(to origin: ConstantTrace.Origin) -> ConstantTrace {
      ConstantTrace(origin: origin, steps: steps.reversed())
    }

    /// The value before this one; nil at the end of the longest way, as in functions in a ring.
    func moved(to name: ByteString, in graph: GraphID, over step: NodeID? = nil) -> Place? {
      guard length < ConstantTrace.maximumSteps else { return nil }
      return Place(
        name: name, graph: graph, steps: step.map { steps + [$0] } ?? steps, length: length + 1)
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
