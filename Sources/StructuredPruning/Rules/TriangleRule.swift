internal import ByteStorage
internal import ModelGraph

/// Trilu: a triangle of two axes is kept, the others pass.
struct TriangleRule: OperatorRule {
  var operators: [String] { ["Trilu"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    for axis in axes.suffix(2) { structure.freeze(axis, at: node, "keeps a triangle of it") }
    structure.set(node, axes)
  }
}
