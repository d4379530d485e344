internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// A model without the indices that go: constants sliced, attributes and literals made to fit.
///
/// Nodes are met in order under every assignment of the dynamic dimensions. What each output must
/// measure is known from its layouts; what it will measure is computed. Where an input that holds
/// sizes says something else than what is needed, it is replaced (evaluate, compare, patch).
struct Removal {
  let structure: Structure
  let kept: KeptIndices
  /// The nodes before, by assignment.
  let contexts: [[NodeContext]]
  let shapes: NewShapes
  let parameters: SlicedParameters
  let compensation: Compensation
  /// The vectors of the compensation, cut to what stays.
  var compensated: [Tensor] = []

  var names: NewNames
  var nodes: [Node] = []
  var literals = LiteralPool()
  /// What is known of values now, by assignment.
  var facts: [[ByteString: TensorFacts]]

  init(
    _ structure: Structure, _ kept: KeptIndices, _ compensation: Compensation,
    _ contexts: [[NodeContext]]
  ) throws(RemovalFailure) {
    self.structure = structure
    self.kept = kept
    self.contexts = contexts
    self.compensation = compensation
    shapes = NewShapes(structure, kept)
    names = NewNames(in: structure.model)
    parameters = try SlicedParameters(structure, kept, names: &names)
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
      if let use = structure.usesOfInputs[place], let name = parameters.renamed[use] {
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
    compensate(&node, context.id)
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
      if let use = structure.usesOfInputs[place] {
        guard let shape = parameters.shapes[use] else { return known }
        known.shape = shape
        known.elements = nil
        return known
      }
      return facts[assignment][context.node.inputs[input]] ?? known
    }
  }

  func newOutputs(_ context: NodeContext) -> [[Int]?] {
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
      keptBelow: { [shapes] input, axis, position in
        shapes.keptCount(context, input: input, axis: axis, below: position)
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
