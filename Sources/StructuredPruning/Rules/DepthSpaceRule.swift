internal import ByteStorage
internal import ModelGraph

/// DepthToSpace and SpaceToDepth: a block of positions is a factor of the channels.
struct DepthSpaceRule: OperatorRule {
  var operators: [String] { ["DepthToSpace", "SpaceToDepth"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), let shape = node.shape(output: 0),
      axes.count == 4, shape.count == 4
    else { return }
    let block = node.node.integer("blocksize")
    guard (1..<1 << 16).contains(block) else { return }
    var channels = axes[1]
    if node.node.operatorType == "SpaceToDepth" {
      channels = .product([.fixed(block * block), axes[1]])
    } else {
      channels = structure.makeAxis(shape[1])
      let isColumnFirst = node.node.attribute("mode").map { value in
        if case .string("CRD") = value { true } else { false }
      }
      let parts: [AxisLayout] = [.fixed(block * block), channels]
      structure.equate(
        axes[1], .product(isColumnFirst ?? false ? parts.reversed() : parts), at: node)
    }
    structure.set(node, [axes[0], channels, .fixed(shape[2]), .fixed(shape[3])])
  }
}
