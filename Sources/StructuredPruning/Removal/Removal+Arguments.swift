internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Removal {
  /// Makes an input say what it must, unless it does already.
  mutating func satisfy(
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
  mutating func keepNumbers(
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
