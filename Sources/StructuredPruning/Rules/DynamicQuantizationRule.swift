internal import ByteStorage
internal import ModelGraph

/// The dynamic kind: one scale for all, found at run time.
struct DynamicQuantizationRule: OperatorRule {
  var operators: [String] { ["DynamicQuantizeLinear"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    // The range of what stays is another.
    for axis in axes { structure.markMixed(axis, at: node) }
    structure.set(node, axes)
    structure.set(node, output: 1, [])
    structure.set(node, output: 2, [])
  }
}
