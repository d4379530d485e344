internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// A model without the indices that go: constants sliced, attributes and literals made to fit.
///
/// Nodes are met in order under every assignment of the dynamic dimensions. What each output must
/// measure is known from its layouts; what it will measure is computed. Where an input that holds
/// sizes says something else than what is needed, it is replaced (evaluate, compare, patch).
struct Removal {
  private let structure: Structure
  private let kept: KeptIndices
  /// The nodes before, by assignment.
  private let contexts: [[NodeContext]]
  private let shapes: NewShapes
  private let parameters: SlicedParameters
  private let usesOfInputs: [InputPlace: Int]

  private var names: NewNames
  private var nodes: [Node] = []
  private var literals = LiteralPool()
  /// What is known of values now, by assignment.
  private var facts: [[ByteString: TensorFacts]]

  private struct InputPlace: Hashable {
    let node: NodeID
    let input: Int
  }

  init(
    _ structure: Structure, _ kept: KeptIndices, _ contexts: [[NodeContext]]
  ) throws(RemovalFailure) {
    self.structure = structure
    self.kept = kept
    self.contexts = contexts
    shapes = NewShapes(structure, kept)
    names = NewNames(in: structure.model)
    parameters = try SlicedParameters(structure, kept, names: &names)
    usesOfInputs = Dictionary(
      structure.uses.enumerated().map {
        (InputPlace(node: $1.node, input: $1.input), $0)
      }, uniquingKeysWith: { first, _ in first })
    facts = Array(repeating: [:], count: contexts.count)
  }

  /// The model after removal.
  ///
  /// - Throws: `RemovalFailure` at the first node whose values would not have the shapes they must.
  mutating func model() throws(RemovalFailure) -> Model {
    for index in structure.model[.main].nodes.indices {
      try rewrite(contexts.map { $0[index] })
    }
    return finished()
  }

  // MARK: One node

  private mutating func rewrite(_ before: [NodeContext]) throws(RemovalFailure) {
    guard let context = before.first else { return }
    var node = context.node
    if let shuffle = structure.shuffles[context.id] {
      guard try replace(shuffle, before) else { return }
    }
    for input in node.inputs.indices {
      let place = InputPlace(node: context.id, input: input)
      if let use = usesOfInputs[place], let name = parameters.renamed[use] {
        node.inputs[input] = name
      }
    }
    if context.node.operatorType == "Constant", context.node.isStandard {
      nodes.append(node)
      return
    }
    let inputs = before.indices.map { newInputs(before[$0], assignment: $0) }
    if Structure.isComputed(context) {
      try compute(node, before, inputs)
    } else {
      try adapt(&node, before, inputs)
    }
    nodes.append(node)
  }

  /// A node that computes numbers: they are what they are in the new graph.
  private mutating func compute(
    _ node: Node, _ before: [NodeContext], _ inputs: [[TensorFacts?]]
  ) throws(RemovalFailure) {
    for (assignment, context) in before.enumerated() {
      let outputs = try infer(node, context, inputs[assignment])
      for (name, known) in zip(node.outputs, outputs) where !name.isEmpty {
        facts[assignment][name] = known
      }
    }
  }

  /// A node that works on data: its outputs must get the shapes their layouts say.
  private mutating func adapt(
    _ node: inout Node, _ before: [NodeContext], _ inputs: [[TensorFacts?]]
  ) throws(RemovalFailure) {
    guard let context = before.first, context.outputs.contains(where: { $0 != nil }) else {
      return
    }
    var inputs = inputs
    let changes = before.indices.map { change(before[$0], inputs[$0], assignment: $0) }
    if let rule = OperatorRules.rule(for: node), isTouched(context, changes) {
      for (name, value) in rule.attributes(changes[0]) { node.set(name, value) }
      let requirements = changes.map { rule.arguments($0) }
      for input in (requirements.first ?? [:]).keys.sorted() {
        let wanted = requirements.compactMap { $0[input] }
        try satisfy(wanted, input, &node, &inputs, at: context)
      }
      let obsolete = rule.obsoleteAttributes(of: node)
      node.attributes.removeAll { obsolete.contains($0.name) }
      try keepNumbers(
        of: &node, except: Set((requirements.first ?? [:]).keys), before, &inputs)
    }
    for (assignment, change) in changes.enumerated() {
      let outputs = try infer(node, change.context, inputs[assignment])
      for (index, name) in node.outputs.enumerated() where !name.isEmpty {
        guard let wanted = change.newShape(output: index) else { continue }
        guard index < outputs.count, outputs[index].map({ $0.shape == wanted }) ?? true else {
          throw RemovalFailure(
            node: context.id, reason: "would give another shape than what reads it needs")
        }
        facts[assignment][name] = TensorFacts(
          elementType: change.context.outputs[index]?.elementType, shape: wanted, elements: nil,
          isShapeDerived: false)
      }
    }
  }

  /// False for a node that nothing around has changed for.
  private func isTouched(_ context: NodeContext, _ changes: [NodeChange]) -> Bool {
    guard let change = changes.first else { return false }
    let isReshaped =
      zip(context.inputs, change.newInputs).contains { $0?.shape != $1 }
      || zip(context.outputs, change.newOutputs).contains { $0?.shape != $1 }
    let isRecomputed = context.node.inputs.indices.contains { input in
      guard let elements = context.inputs[input]?.elements else { return false }
      return facts[0][context.node.inputs[input]].map { $0.elements != elements } ?? false
    }
    return isReshaped || isRecomputed
  }

  // MARK: Facts

  private func newInputs(_ context: NodeContext, assignment: Int) -> [TensorFacts?] {
    context.node.inputs.indices.map { input in
      guard var known = context.inputs[input] else { return nil }
      let place = InputPlace(node: context.id, input: input)
      if let use = usesOfInputs[place] {
        guard let shape = parameters.shapes[use] else { return known }
        known.shape = shape
        known.elements = nil
        return known
      }
      return facts[assignment][context.node.inputs[input]] ?? known
    }
  }

  private func newOutputs(_ context: NodeContext) -> [[Int]?] {
    context.node.outputs.indices.map { index in
      guard let known = context.outputs[index] else { return nil }
      guard let value = structure.values[context.node.outputs[index]] else { return known.shape }
      return shapes.shape(of: value.axes, before: known.shape)
    }
  }

  private func change(
    _ context: NodeContext, _ inputs: [TensorFacts?], assignment: Int
  ) -> NodeChange {
    NodeChange(
      context: context, newInputs: inputs.map { $0?.shape }, newOutputs: newOutputs(context),
      keptBelow: { [structure, kept] input, axis, position in
        guard let axes = structure.knownAxes(context, input: input), axes.indices.contains(axis)
        else { return position }
        return structure.table.keptCount(of: axes[axis], below: position, kept)
      })
  }

  private func infer(
    _ node: Node, _ context: NodeContext, _ inputs: [TensorFacts?]
  ) throws(RemovalFailure) -> [TensorFacts?] {
    do {
      return try ShapeRules.infer(
        OperatorCall(
          node: node, version: context.version, inputs: inputs, model: structure.model))
    } catch {
      // What had no shape by rule had a declared one, and nothing around it may change.
      guard inputs.map({ $0?.shape }) == context.inputs.map({ $0?.shape }) else {
        throw RemovalFailure(node: context.id, reason: "would not run: \(error)")
      }
      return context.outputs
    }
  }
}

// MARK: - Arguments

extension Removal {
  /// Makes an input say what it must, unless it does already.
  private mutating func satisfy(
    _ wanted: [ArgumentRequirement], _ input: Int, _ node: inout Node,
    _ inputs: inout [[TensorFacts?]], at context: NodeContext
  ) throws(RemovalFailure) {
    let current = inputs.map { facts -> [Int]? in
      guard input < facts.count, case .integers(let numbers)? = facts[input]?.elements else {
        return nil
      }
      return numbers
    }
    let isMissing = input >= node.inputs.count || node.inputs[input].isEmpty
    let says = isMissing ? wanted.map { _ in [] } : current
    if zip(wanted, says).allSatisfy({ wanted, says in says.map(wanted.accepts) ?? false }) {
      return
    }
    let patch = ArgumentPatch(
      wanted: wanted.map(\.elements), current: current, accepts: wanted.map(\.accepts))
    guard let patch else {
      throw RemovalFailure(
        node: context.id, reason: "is given sizes that cannot be made to fit")
    }
    let type = isMissing ? .int64 : inputs[0][input]?.elementType ?? .int64
    while node.inputs.count <= input { node.inputs.append("") }
    switch patch {
    case .literal(let numbers):
      node.inputs[input] = literals.name(of: numbers, type, &names)
    case .scaled(let factors, let divisors):
      node.inputs[input] = scaled(node.inputs[input], by: factors, over: divisors, type)
    }
    for (assignment, wanted) in wanted.enumerated() {
      while inputs[assignment].count <= input { inputs[assignment].append(nil) }
      var numbers = wanted.elements
      if case .literal(let literal) = patch { numbers = literal }
      inputs[assignment][input] = TensorFacts(
        elementType: type, shape: [numbers.count], elements: .integers(numbers),
        isShapeDerived: false)
    }
  }

  private mutating func scaled(
    _ name: ByteString, by factors: [Int], over divisors: [Int], _ type: ElementType
  ) -> ByteString {
    let product = names.name(like: name, "_scaled")
    let quotient = names.name(like: name, "_kept")
    nodes.append(
      Node(
        operatorType: "Mul", inputs: [name, literals.name(of: factors, type, &names)],
        outputs: [product]))
    nodes.append(
      Node(
        operatorType: "Div", inputs: [product, literals.name(of: divisors, type, &names)],
        outputs: [quotient]))
    return quotient
  }

  /// Numbers computed from sizes that go into data, such as `1/sqrt(depth)`, stay what they were.
  private mutating func keepNumbers(
    of node: inout Node, except arguments: Set<Int>, _ before: [NodeContext],
    _ inputs: inout [[TensorFacts?]]
  ) throws(RemovalFailure) {
    for input in node.inputs.indices where !arguments.contains(input) {
      guard let context = before.first, let old = context.inputs[input], let numbers = old.elements
      else { continue }
      let name = context.node.inputs[input]
      guard facts[0][name] != nil, structure.values[name] == nil else { continue }
      let hasChanged = before.indices.contains { assignment in
        inputs[assignment][input]?.elements != before[assignment].inputs[input]?.elements
      }
      guard hasChanged else { continue }
      let isStatic = before.allSatisfy { $0.inputs[input]?.elements == numbers }
      guard isStatic, let type = old.elementType,
        let literal = literals.name(of: numbers, shape: old.shape, type, &names)
      else {
        throw RemovalFailure(
          node: context.id, reason: "reads numbers computed from sizes that would change")
      }
      node.inputs[input] = literal
      for assignment in inputs.indices { inputs[assignment][input] = old }
    }
  }
}

// MARK: - Shuffles

extension Removal {
  /// Puts one Gather in the place of a shuffle that has lost channels.
  ///
  /// - Returns: true when the node stays as it is.
  private mutating func replace(
    _ shuffle: ChannelShuffle, _ before: [NodeContext]
  ) throws(RemovalFailure) -> Bool {
    guard let indices = shuffle.indices(structure, kept) else { return true }
    guard shuffle.nodes.last == before.first?.id, let context = before.first else { return false }
    let gather = Node(
      name: context.node.name, operatorType: "Gather",
      inputs: [shuffle.input, literals.name(of: indices, .int64, &names)],
      outputs: context.node.outputs,
      attributes: [Attribute(name: "axis", value: .int(1))])
    for (assignment, context) in before.enumerated() {
      guard let shape = newOutputs(context).first ?? nil, let output = context.node.outputs.first
      else { throw RemovalFailure(node: context.id, reason: "shuffles channels of unknown shape") }
      facts[assignment][output] = TensorFacts(
        elementType: context.outputs.first??.elementType, shape: shape, elements: nil,
        isShapeDerived: false)
    }
    nodes.append(gather)
    return false
  }
}

// MARK: - The whole

extension Removal {
  private func finished() -> Model {
    var model = structure.model
    let slicedShapes = Dictionary(
      parameters.replaced.map { ($0.by.name, $0.by.shape.dimensions) },
      uniquingKeysWith: { first, _ in first })
    model.editGraphs { graphs, tensors in
      for (id, tensor) in parameters.replaced { tensors[id.index] = tensor }
      for tensor in parameters.added + literals.tensors {
        graphs[0].initializers.append(TensorID(tensors.count))
        tensors.append(tensor)
      }
      graphs[0].values = graphs[0].values.compactMap { updated($0, slicedShapes) }
      graphs[0].nodes = nodes
    }
    model.removeUnread(since: structure.model)
    return model
  }

  /// What is known of a value after removal; nil when it is not known.
  private func updated(_ value: Value, _ slicedShapes: [ByteString: [Int]]) -> Value? {
    guard case .tensor(let type, let dimensions?) = value.type,
      let old = contexts.first.flatMap({ _ in structure.facts[value.name] })?.shape,
      old.count == dimensions.count
    else { return nil }
    let now = slicedShapes[value.name] ?? facts[0][value.name]?.shape ?? old
    guard now.count == old.count else { return nil }
    if now == old { return value }
    var result = value
    result.type = .tensor(
      type,
      zip(dimensions, zip(old, now)).map { dimension, sizes in
        if sizes.0 == sizes.1 { return dimension }
        guard case .fixed = dimension else { return .unknown }
        return .fixed(sizes.1)
      })
    return result
  }
}

extension Node {
  /// Sets an attribute, which may be new.
  mutating func set(_ name: ByteString, _ value: AttributeValue) {
    if let index = attributes.firstIndex(where: { $0.name == name }) {
      attributes[index].value = value
    } else {
      attributes.append(Attribute(name: name, value: value))
    }
  }
}
