internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// The layers at the beginning and the end of a network, which pruning harms most.
struct NetworkEnds {
  /// The weights of layers that read a floating-point input of the network, at most moved or scaled.
  private(set) var first: Set<TensorID> = []
  /// The weights of layers whose output goes out, at most moved, biased or squashed.
  private(set) var last: Set<TensorID> = []

  private static let elementwise: Set<ByteString> = [
    "Add", "Cast", "Clip", "Div", "Exp", "Flatten", "Gather", "Identity", "LogSoftmax", "Mul",
    "Pad",
    "Pow", "Reshape", "Sigmoid", "Slice", "Softmax", "Sqrt", "Squeeze", "Sub", "Tanh", "Transpose",
    "Unsqueeze", "QuantizeLinear", "DequantizeLinear",
  ]

  /// Finds them among layers.
  ///
  /// Throws nothing that `Schedule` would not.
  init(_ model: Model, layers: [LinearLayer]) throws {
    let flow = DataFlow(model)
    let floatInputs = Set(
      model[.main].inputs.filter { input in
        guard case .tensor(let type, _) = input.type else { return false }
        return type?.isFloat ?? false
      }.map(\.name)
    ).subtracting(flow.given)
    let outputs = Set(model[.main].outputs.map(\.name))
    for layer in layers {
      if Self.beginsNetwork(layer, model, flow, floatInputs) { first.insert(layer.tensor) }
      if Self.endsNetwork(layer, model, flow, outputs) { last.insert(layer.tensor) }
    }
  }

  /// The weights that are protected.
  func tensors(_ protection: CalibrationRequest.Protection) -> Set<TensorID> {
    switch protection {
    case .none: []
    case .first: first
    case .last: last
    case .ends: first.union(last)
    }
  }

  private static func beginsNetwork(
    _ layer: LinearLayer, _ model: Model, _ flow: DataFlow, _ inputs: Set<ByteString>
  ) -> Bool {
    if inputs.contains(layer.input) { return true }
    let before = flow.ancestors(of: flow.makers[layer.node]).filter { flow.isDynamic[$0] }
    return before.allSatisfy { elementwise.contains(model[.main].nodes[$0].operatorType) }
      && before.contains { !inputs.isDisjoint(with: flow.reads[$0]) }
  }

  private static func endsNetwork(
    _ layer: LinearLayer, _ model: Model, _ flow: DataFlow, _ outputs: Set<ByteString>
  ) -> Bool {
    var pending = [layer.output]
    var seen: Set<ByteString> = []
    while let name = pending.popLast(), seen.insert(name).inserted {
      if outputs.contains(name) { continue }
      let readers = flow.reads.indices.filter { flow.reads[$0].contains(name) }
      guard !readers.isEmpty else { return false }
      for reader in readers {
        let node = model[.main].nodes[reader]
        let dynamic = flow.makers[reader].filter { flow.isDynamic[$0] }
        guard elementwise.contains(node.operatorType), dynamic.count < 2 else { return false }
        pending += node.outputs
      }
    }
    return true
  }
}
