internal import ByteStorage
internal import ModelGraph

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
