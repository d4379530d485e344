internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// Sums of products over named axes.
struct EinsumRule: OperatorRule {
  var operators: [String] { ["Einsum"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    var operands: [[AxisLayout]] = []
    for index in node.node.inputs.indices {
      guard let axes = structure.axes(node, input: index) else { return }
      operands.append(axes)
    }
    guard case .string(let text)? = node.node.attribute("equation"),
      let equation = EinsumEquation(text, ranks: operands.map(\.count)),
      let shape = node.shape(output: 0), shape.count == equation.result.count
    else { return }
    var axes: [UInt8: AxisLayout] = [:]
    for (letters, operand) in zip(equation.operands, operands) {
      for (letter, axis) in zip(letters, operand) where structure.size(axis) > 1 {
        if let known = axes[letter] {
          structure.equate(known, axis, at: node)
        } else {
          axes[letter] = axis
        }
      }
    }
    for (index, letters) in equation.operands.enumerated() where letters.count > 1 {
      let sums = letters.indices.filter { !equation.result.contains(letters[$0]) }
      structure.mark(node, input: index, as: .weight, sums: sums)
    }
    markHeads(node, equation, axes, &structure)
    structure.set(node, zip(equation.result, shape).map { axes[$0] ?? .fixed($1) })
  }

  /// Letters of all operands and of the result count things computed side by side.
  private func markHeads(
    _ node: NodeContext, _ equation: EinsumEquation, _ axes: [UInt8: AxisLayout],
    _ structure: inout Structure
  ) {
    guard equation.operands.count > 1,
      equation.operands.indices.allSatisfy({ !structure.isConstant(node, input: $0) })
    else { return }
    for letter in equation.result where equation.operands.allSatisfy({ $0.contains(letter) }) {
      if let axis = axes[letter] { structure.markBatched(axis) }
    }
  }
}
