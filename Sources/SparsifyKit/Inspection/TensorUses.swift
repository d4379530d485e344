internal import ByteStorage
internal import ModelGraph

/// Which node uses each tensor: the first one, in the order of the graphs, that does more than pass it on.
struct TensorUses {
  /// A use of a tensor.
  struct Use {
    /// The name of the value the tensor is known by.
    let value: ByteString
    /// The node's name, or its first output where it has none.
    let layer: String
    /// The node's operator.
    let operatorType: String
  }

  /// Operators that hand a constant on, changed in form only.
  private static let passing: Set<ByteString> = [
    "Identity", "Cast", "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Flatten",
    "DequantizeLinear", "QuantizeLinear",
  ]
  private static let longestChain = 8

  private var uses: [TensorID: Use] = [:]

  init(_ model: Model) {
    let index = GraphIndex(model)
    for graph in model.graphIDs {
      for tensor in model[graph].initializers {
        uses[tensor] = use(of: model[tensor].name, in: graph, model, index)
      }
      for sparse in model[graph].sparseInitializers {
        let use = use(of: model[sparse.values].name, in: graph, model, index)
        (uses[sparse.values], uses[sparse.indices]) = (use, use)
      }
      for node in model[graph].nodes { addConstants(of: node, in: graph, model, index) }
    }
  }

  /// The use of a tensor; nil when no node reads it.
  func use(of tensor: TensorID) -> Use? { uses[tensor] }

  /// What a tensor is listed as: its own name, or that of the value it becomes; may be empty.
  func name(of tensor: TensorID, in model: Model) -> String {
    let name = model[tensor].name
    return (name.isEmpty ? uses[tensor]?.value ?? "" : name).escaped
  }

  private mutating func addConstants(
    of node: Node, in graph: GraphID, _ model: Model, _ index: GraphIndex
  ) {
    for attribute in node.attributes {
      let tensors = attribute.value.tensorIDs
      guard !tensors.isEmpty else { continue }
      let isConstant = node.operatorType == "Constant"
      let use =
        isConstant
        ? use(of: node.outputs.first ?? "", in: graph, model, index)
        : Use(value: attribute.name, layer: node.label, operatorType: node.operatorType.escaped)
      for tensor in tensors { uses[tensor] = use }
    }
  }

  private func use(
    of value: ByteString, in graph: GraphID, _ model: Model, _ index: GraphIndex
  ) -> Use? {
    var (name, place) = (value, graph)
    for _ in 0..<Self.longestChain {
      guard let reader = index.readers(of: name, in: place).first else { return nil }
      let node = model[reader]
      guard Self.passing.contains(node.operatorType), let output = node.outputs.first,
        index.readers(of: output, in: reader.graph).first != nil
      else { return Use(value: value, layer: node.label, operatorType: node.operatorType.escaped) }
      (name, place) = (output, reader.graph)
    }
    return nil
  }
}

extension Node {
  /// What people call the node: its name, or its first output where it has none.
  var label: String {
    (name.isEmpty ? outputs.first ?? operatorType : name).escaped
  }
}
