internal import ByteStorage
internal import ModelGraph

/// Concat.
struct ConcatRule: OperatorRule {
  var operators: [String] { ["Concat"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let operands = node.node.inputs.indices.compactMap { structure.axes(node, input: $0) }
    guard operands.count == node.node.inputs.count, let first = operands.first,
      let axis = node.axis(node.node.integer("axis", default: 1), rank: first.count),
      operands.allSatisfy({ $0.count == first.count })
    else { return }
    var result = first
    for operand in operands.dropFirst() {
      for place in first.indices where place != axis {
        structure.equate(first[place], operand[place], at: node)
      }
    }
    result[axis] = .concatenation(operands.map { $0[axis] })
    structure.set(node, result)
  }
}
