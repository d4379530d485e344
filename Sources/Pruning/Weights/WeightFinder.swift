public import ByteStorage
public import ModelGraph

/// What of a model is weights.
///
/// A tensor is a weight when an operator of `WeightOperators` reads it where weights belong: in any
/// graph, body or function, as initializer or constant, and through operators that only move, cast
/// or dequantise it. Training graphs are left alone.
public struct PrunableWeights: Sendable {
  /// The weights in the order of the model's tensors.
  public let weights: [PrunableWeight]
  /// For tensors that are no weights: the operators that read them.
  public let otherReaders: [TensorID: Set<ByteString>]

  /// Finds the weights of a model.
  ///
  /// - Throws: what reading a constant shape throws.
  public init(of model: Model) throws {
    let tracer = ConstantTracer(model)
    var uses: [TensorID: [WeightUse]] = [:]
    var others: [TensorID: Set<ByteString>] = [:]
    for graph in model.graphIDs where model[graph].role != .training {
      for index in model[graph].nodes.indices {
        let id = NodeID(graph: graph, index: index)
        let node = model[id]
        // What a function does with its arguments is seen in its body.
        guard !ConstantTracer.isTransparent(node), !tracer.isCall(id) else { continue }
        let operands = WeightOperators.operands(of: node)
        for (place, name) in node.inputs.enumerated() where !name.isEmpty {
          let operand = operands.first { $0.index == place }
          for trace in tracer.traces(name, in: graph) {
            if let operand {
              let use = WeightUse(node: id, operand: operand, trace: trace)
              uses[use.tensor, default: []].append(use)
            } else if case .tensor(let tensor) = trace.origin {
              others[tensor, default: []].insert(node.operatorType)
            }
          }
        }
      }
    }
    let overridable = model.overridableTensors
    weights = try uses.sorted { $0.key < $1.key }.map { tensor, uses in
      try PrunableWeight(
        tensor, uses: uses, otherReaders: others[tensor] ?? [],
        isOverridable: overridable.contains(tensor), tracer: tracer)
    }
    otherReaders = others.filter { uses[$0.key] == nil }
  }
}

/// One place where a constant is read as a weight.
private struct WeightUse {
  let node: NodeID
  let operand: WeightOperand
  let trace: ConstantTrace

  var tensor: TensorID {
    switch trace.origin {
    case .tensor(let tensor): tensor
    case .sparse(let sparse): sparse.values
    }
  }
}

extension PrunableWeight {
  /// Puts together what all readers say of a tensor.
  fileprivate init(
    _ tensor: TensorID, uses: [WeightUse], otherReaders: Set<ByteString>, isOverridable: Bool,
    tracer: ConstantTracer
  ) throws {
    let model = tracer.model
    self.tensor = tensor
    self.otherReaders = otherReaders
    self.isOverridable = isOverridable
    var readers: [WeightReader] = []
    for use in uses where readers.last?.node != use.node {
      readers.append(WeightReader(use.node, in: model))
    }
    self.readers = readers
    let views = try uses.map { try UseView($0, tracer: tracer) }
    let refusals = views.lazy.compactMap(\.refusal)
    let agrees = views.allSatisfy { $0.quantization == views.first?.quantization }
    refusal =
      Self.refusal(of: model[tensor], uses: uses, readers: model) ?? refusals.first
      ?? (agrees ? nil : WeightRefusal("its readers give it different scales or zero points"))
    quantization = agrees ? views.first?.quantization : nil
    let (layout, layoutRefusal) = Self.commonLayout(views)
    self.layout = layout
    self.layoutRefusal = layoutRefusal
  }

  private static func commonLayout(_ views: [UseView]) -> (WeightLayout?, refusal: WeightRefusal?) {
    if let refusal = views.lazy.compactMap(\.layoutRefusal).first { return (nil, refusal) }
    guard let layout = views.first?.layout, views.allSatisfy({ $0.layout == layout }) else {
      return (nil, WeightRefusal("its readers sum over different axes"))
    }
    return (layout, nil)
  }

  private static func refusal(
    of tensor: Tensor, uses: [WeightUse], readers model: Model
  ) -> WeightRefusal? {
    if uses.contains(where: { if case .sparse = $0.trace.origin { true } else { false } }) {
      return WeightRefusal("it is stored as a sparse tensor")
    }
    if let packed = uses.lazy.compactMap(\.operand.refusal).first {
      return WeightRefusal(packed)
    }
    return tensor.contentsRefusal
  }
}

extension Model {
  /// The initializers of the main graph that are inputs as well.
  fileprivate var overridableTensors: Set<TensorID> {
    guard let main = graphs.first else { return [] }
    let inputs = Set(main.inputs.map(\.name))
    return Set(main.initializers.filter { inputs.contains(self[$0].name) })
  }
}

extension Tensor {
  /// Why its elements cannot be set to zero; nil when they can.
  package var contentsRefusal: WeightRefusal? {
    guard elementType.hasZero else {
      return WeightRefusal("\(elementType.name) elements cannot be pruned")
    }
    guard elementType.byteCount(of: shape.elementCount) == contents.byteCount else {
      return WeightRefusal("its contents do not have the size of its shape", isDefect: true)
    }
    return nil
  }
}

extension ElementType {
  /// True for real numbers that include zero.
  var hasZero: Bool { isInteger || (isFloat && self != .float8E8M0) }

  /// True for integers without a sign.
  var isUnsigned: Bool {
    switch self {
    case .uint2, .uint4, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }
}

/// A tensor as one reader sees it.
private struct UseView {
  let layout: WeightLayout?
  let layoutRefusal: WeightRefusal?
  let quantization: Quantization?
  let refusal: WeightRefusal?

  init(_ use: WeightUse, tracer: ConstantTracer) throws {
    let tensor = tracer.model[use.tensor]
    let node = tracer.model[use.node]
    var replay = WeightReplay(tracer, from: tensor)
    for step in use.trace.steps { try replay.pass(step) }
    replay.quantize(by: use.operand, of: node, in: use.node.graph)
    quantization = replay.quantization
    layout = replay.layout(for: use.operand, of: node)
    layoutRefusal =
      layout == nil
      ? replay.viewRefusal
        ?? WeightRefusal("its shape does not fit \(node.operatorType) \"\(node.name)\"") : nil
    let isQuantized =
      use.operand.isInteger
      || use.trace.steps.contains { step in
        tracer.model[step].operatorType == "DequantizeLinear"
      }
    refusal =
      tensor.elementType.isUnsigned && !isQuantized
      ? WeightRefusal("unsigned integers without a zero point") : replay.refusal
  }
}
