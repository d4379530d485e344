internal import ByteStorage
internal import ModelGraph

/// Squeeze, Unsqueeze and Flatten: reshapes that say themselves which.
struct AxisCountRule: OperatorRule {
  var operators: [String] { ["Squeeze", "Unsqueeze", "Flatten"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0) else {
      return
    }
    guard node.node.operatorType == "Flatten" else {
      // Axes of one come and go; the others stay in their order.
      var rest = axes.filter { structure.size($0) != 1 }[...]
      let result = shape.map { $0 == 1 ? .fixed(1) : rest.popFirst() ?? .fixed($0) }
      return structure.setView(node, result)
    }
    let given = node.node.integer("axis", default: 1)
    let axis = given < 0 ? given + axes.count : given
    guard (0...axes.count).contains(axis) else { return }
    structure.setView(
      node,
      [axes[..<axis], axes[axis...]].map { part in
        part.isEmpty ? .fixed(1) : .product(Array(part))
      })
  }
}
