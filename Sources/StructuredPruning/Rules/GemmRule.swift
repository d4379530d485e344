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
