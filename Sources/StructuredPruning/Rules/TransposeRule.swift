internal import ByteStorage
internal import ModelGraph

/// Transpose.
struct TransposeRule: OperatorRule {
  var operators: [String] { ["Transpose"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    let order = node.integers(attribute: "perm") ?? Array(axes.indices.reversed())
    guard order.sorted() == Array(axes.indices) else { return }
    structure.setView(node, order.map { axes[$0] })
  }
}
