internal import ByteStorage
internal import ModelGraph

/// Sums, means and the like over axes.
struct ReductionRule: OperatorRule {
  var operators: [String] {
    [
      "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
      "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    let given = node.integers(attribute: "axes") ?? node.integers(input: 1) ?? []
    if given.isEmpty, node.node.integer("noop_with_empty_axes") != 0 {
      return structure.set(node, axes)
    }
    var places = Set(given.compactMap { node.axis($0, rank: axes.count) })
    guard places.count == given.count else { return }
    if given.isEmpty { places = Set(axes.indices) }
    // Zeros change no sum, so a sum is what consumers of single channels are.
    let isExact = ["ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare"]
      .contains(node.node.operatorType)
    for place in places where !isExact { structure.markMixed(axes[place], at: node) }
    let keeps = node.node.integer("keepdims", default: 1) != 0
    structure.set(
      node,
      axes.indices.compactMap { place in
        places.contains(place) ? (keeps ? .fixed(1) : nil) : axes[place]
      })
  }
}

/// Pooling: channels pass.
struct PoolingRule: OperatorRule {
  var operators: [String] {
    [
      "AveragePool", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "LpPool", "MaxPool",
      "MaxUnpool", "com.microsoft.QLinearAveragePool", "com.microsoft.QLinearGlobalAveragePool",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), axes.count >= 2 else { return }
    if node.node.operatorType == "MaxUnpool" || node.node.outputs.count > 1 {
      // Places are counted over all channels.
      for index in node.node.inputs.indices {
        structure.freeze(node, input: index, "counts places over all channels")
      }
    }
    if node.node.operatorType.bytes.starts(with: "Global".utf8) {
      for axis in axes[2...] { structure.markMixed(axis, at: node) }
    } else {
      structure.freezeWindow(axes[2...], at: node)
    }
    for index in node.node.outputs.indices {
      guard let shape = node.shape(output: index), shape.count == axes.count else { continue }
      structure.set(node, output: index, axes[..<2] + shape[2...].map { .fixed($0) })
    }
  }
}

/// Operators that read a feature map at places that are data: channels pass.
struct SamplingRule: OperatorRule {
  var operators: [String] { ["GridSample", "RoiAlign", "MaxRoiPool"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0), axes.count >= 2,
      let shape = node.shape(output: 0), shape.count >= 2
    else { return }
    for index in node.node.inputs.indices where index > 0 {
      structure.freeze(node, input: index, "takes it for places")
    }
    let first = shape[0] == structure.size(axes[0]) ? axes[0] : .fixed(shape[0])
    structure.set(node, [first, axes[1]] + shape[2...].map { .fixed($0) })
  }
}

/// Trilu: a triangle of two axes is kept, the others pass.
struct TriangleRule: OperatorRule {
  var operators: [String] { ["Trilu"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    for axis in axes.suffix(2) { structure.freeze(axis, at: node, "keeps a triangle of it") }
    structure.set(node, axes)
  }
}
