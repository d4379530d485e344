internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

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
