internal import ByteStorage
internal import ModelGraph

/// Split.
struct SplitRule: OperatorRule {
  var operators: [String] { ["Split"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0),
      let axis = node.axis(node.node.integer("axis"), rank: axes.count)
    else { return }
    var rest = axes[axis]
    for (index, name) in node.node.outputs.enumerated() where !name.isEmpty {
      guard let shape = node.shape(output: index), shape.count == axes.count,
        let (part, others) = structure.cut(rest, at: shape[axis], node)
      else { return }
      var result = axes
      result[axis] = part
      structure.set(node, output: index, result)
      rest = others
    }
  }

  private func sizes(_ change: NodeChange) -> [Int]? {
    guard let rank = change.context.rank(input: 0),
      let axis = change.context.axis(change.context.node.integer("axis"), rank: rank)
    else { return nil }
    let sizes = change.newOutputs.compactMap { shape in
      shape.flatMap { $0.count == rank ? $0[axis] : nil }
    }
    return sizes.count == change.newOutputs.count ? sizes : nil
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    guard change.context.version < 13, let sizes = sizes(change) else { return [] }
    return [("split", .ints(sizes.map { Int64($0) }))]
  }

  func obsoleteAttributes(of node: Node) -> [ByteString] {
    node.inputs.count > 1 && !node.inputs[1].isEmpty ? ["num_outputs"] : []
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    guard change.context.version >= 13, let sizes = sizes(change) else { return [:] }
    let isImplicit = change.context.integers(input: 1) == nil
    // Parts given by their number are equal, but for the last.
    let whole = sizes.reduce(0, +)
    let part = (whole + sizes.count - 1) / max(sizes.count, 1)
    let equal = sizes.indices.map { max(0, min(part, whole - $0 * part)) }
    return [
      1: ArgumentRequirement(sizes) { $0 == sizes || (isImplicit && $0.isEmpty && equal == sizes) }
    ]
  }
}
