internal import ByteStorage
internal import ModelGraph

/// Tile: axes are repeated as wholes.
struct TileRule: OperatorRule {
  var operators: [String] { ["Tile"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      shape.count == axes.count
    else { return }
    structure.set(
      node,
      zip(axes, shape).map { axis, size in
        let own = structure.size(axis)
        return size == own || own == 0 ? axis : .product([.fixed(size / own), axis])
      })
  }
}
