internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// Gemm: a matrix product of two matrices, and a summand.
struct GemmRule: OperatorRule {
  var operators: [String] { ["Gemm"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let left = structure.axes(node, input: 0), let right = structure.axes(node, input: 1),
      left.count == 2, right.count == 2
    else { return }
    let (row, leftSum) = node.node.integer("transA") == 0 ? (0, 1) : (1, 0)
    let (rightSum, column) = node.node.integer("transB") == 0 ? (0, 1) : (1, 0)
    structure.mark(node, input: 0, as: .weight, sums: [leftSum])
    structure.mark(node, input: 1, as: .weight, sums: [rightSum])
    structure.equate(left[leftSum], right[rightSum], at: node)
    if let summand = structure.axes(node, input: 2) {
      for (axis, result) in zip(summand.reversed(), [right[column], left[row]])
      where structure.size(axis) > 1 {
        structure.equate(axis, result, at: node)
      }
    }
    structure.set(node, [left[row], right[column]])
  }
}

/// Matrix products, batched with broadcasting; between activations the batch counts heads.
struct MatrixProductRule: OperatorRule {
  var operators: [String] {
    ["MatMul", "MatMulInteger", "QLinearMatMul", "com.microsoft.FusedMatMul"]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let isQuantized = node.node.operatorType == "QLinearMatMul"
    let rightInput = isQuantized ? 3 : 1
    guard var left = structure.axes(node, input: 0),
      var right = structure.axes(node, input: rightInput), let shape = node.shape(output: 0),
      !left.isEmpty, !right.isEmpty
    else { return }
    let flips = (node.node.integer("transA") != 0, node.node.integer("transB") != 0)
    if flips.0, left.count > 1 { left.swapAt(left.count - 1, left.count - 2) }
    if flips.1, right.count > 1 { right.swapAt(right.count - 1, right.count - 2) }
    if left.count > 1 {
      structure.mark(node, input: 0, as: .weight, sums: [left.count - (flips.0 ? 2 : 1)])
    }
    if right.count > 1 {
      structure.mark(node, input: rightInput, as: .weight, sums: [right.count - (flips.1 ? 1 : 2)])
    }
    guard let leftSum = left.last else { return }
    structure.equate(leftSum, right[max(right.count - 2, 0)], at: node)
    var result = Broadcast.axes(
      [Array(left.dropLast(2)), Array(right.dropLast(2))],
      Array(shape.prefix(max(left.count, right.count, 2) - 2)), at: node, &structure)
    let isProductOfActivations =
      !structure.isConstant(node, input: 0) && !structure.isConstant(node, input: rightInput)
    if isProductOfActivations {
      for axis in result { structure.markBatched(axis) }
    }
    if left.count > 1 { result.append(left[left.count - 2]) }
    if right.count > 1, let column = right.last { result.append(column) }
    structure.set(node, result)
    for index in isQuantized ? [1, 2, 4, 5, 6, 7] : [2, 3] where rightInput != index {
      QuantizationScale.relate(node, input: index, structure.axes(node, input: index), &structure)
    }
  }
}

/// Scales and zero points of quantised operators: single numbers pass, vectors freeze.
enum QuantizationScale {
  static func relate(
    _ node: NodeContext, input: Int, _ axes: [AxisLayout]?, _ structure: inout Structure
  ) {
    guard let axes, axes.contains(where: { structure.size($0) > 1 }) else { return }
    structure.freezeAll(node, "has scales per channel in a form that is not followed")
  }
}

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
