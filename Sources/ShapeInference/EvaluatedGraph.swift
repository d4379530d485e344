public import ByteStorage
public import ModelGraph

/// What is known of all values of a model's main graph under one assignment of its dynamic dimensions.
public struct EvaluatedGraph: Sendable {
  /// The nodes whose outputs could not be told by rule, in order, and why.
  public private(set) var failures: [(node: NodeID, error: ShapeError)] = []

  /// The most elements computed in one evaluation: 128 MiB, and a bound on the time it takes.
  private static let maximumElementCount = 1 << 24

  private var facts: [ByteString: TensorFacts] = [:]
  private var elementCount = 0
  private let versions: [ByteString: Int]
  private let model: Model
  private let assignment: DimensionAssignment

  /// Evaluates a model.
  public init(_ model: Model, _ assignment: DimensionAssignment) {
    self.model = model
    self.assignment = assignment
    versions = Dictionary(
      model.operatorSets.map { ($0.domain == "ai.onnx" ? "" : $0.domain, $0.version) },
      uniquingKeysWith: { first, _ in first })
    readConstants()
    readInputs()
    let declared = declaredFacts()
    for index in model[.main].nodes.indices { evaluate(index, declared) }
  }

  /// What is known of a value.
  public subscript(name: ByteString) -> TensorFacts? { facts[name] }

  /// The version of the operators of a domain that the model is written in.
  public func version(of node: Node) -> Int {
    versions[node.isStandard ? "" : node.domain] ?? 1
  }

  /// What is known of a constant.
  ///
  /// Elements are read of integers, and of a few floating-point numbers.
  public static func facts(of tensor: Tensor) -> TensorFacts {
    TensorFacts(
      elementType: tensor.elementType, shape: tensor.shape.dimensions,
      elements: SmallElements(of: tensor))
  }

  private mutating func readConstants() {
    for id in model[.main].initializers {
      facts[model[id].name] = Self.facts(of: model[id])
    }
    for sparse in model[.main].sparseInitializers {
      facts[model[sparse.values].name] = TensorFacts(
        elementType: model[sparse.values].elementType, shape: sparse.shape.dimensions)
    }
  }

  private mutating func readInputs() {
    var symbols: [ByteString: Int] = [:]
    for input in model[.main].inputs {
      if var constant = facts[input.name] {
        // Another value may be given in its place.
        constant.elements = nil
        facts[input.name] = constant
        continue
      }
      guard case .tensor(let type, let dimensions?) = input.type else { continue }
      let shape = dimensions.enumerated().map { axis, dimension in
        let size = assignment.size(axis: axis, rank: dimensions.count)
        switch dimension {
        case .fixed(let size): return size
        case .unknown: return size
        case .symbolic(let name):
          let known = symbols[name] ?? size
          symbols[name] = known
          return known
        }
      }
      facts[input.name] = TensorFacts(elementType: type, shape: shape)
    }
    self.symbols = symbols
  }

  private var symbols: [ByteString: Int] = [:]

  /// What the model itself says of values whose dimensions are all known.
  private func declaredFacts() -> [ByteString: TensorFacts] {
    var declared: [ByteString: TensorFacts] = [:]
    for value in model[.main].values + model[.main].outputs {
      guard let known = fixed(value.type) else { continue }
      declared[value.name] = known
    }
    return declared
  }

  private func fixed(_ type: ValueType) -> TensorFacts? {
    guard case .tensor(let elementType, let dimensions?) = type else { return nil }
    let shape = dimensions.compactMap { dimension -> Int? in
      switch dimension {
      case .fixed(let size): size
      case .symbolic(let name): symbols[name]
      case .unknown: nil
      }
    }
    guard shape.count == dimensions.count, Shape(shape) != nil else { return nil }
    return TensorFacts(elementType: elementType, shape: shape)
  }

  private mutating func evaluate(_ index: Int, _ declared: [ByteString: TensorFacts]) {
    let node = model[.main].nodes[index]
    let call = OperatorCall(
      node: node, version: version(of: node), inputs: node.inputs.map { facts[$0] }, model: model)
    var outputs: [TensorFacts?] = []
    do {
      outputs = try ShapeRules.infer(call)
    } catch {
      failures.append((NodeID(graph: .main, index: index), error))
    }
    for (place, name) in node.outputs.enumerated() where !name.isEmpty {
      let known = place < outputs.count ? outputs[place] : nil
      facts[name] = known.map { keeping($0) } ?? declared[name]
    }
  }

  /// Drops the elements when those kept so far are too many.
  private mutating func keeping(_ facts: TensorFacts) -> TensorFacts {
    var facts = facts
    elementCount += facts.elements?.count ?? 0
    if elementCount > Self.maximumElementCount { facts.elements = nil }
    return facts
  }
}
