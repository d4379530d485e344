internal import ByteStorage
internal import ModelGraph

/// Operators whose output is another view of the input: same axes, other type or none.
struct ViewRule: OperatorRule {
  var operators: [String] { ["Identity", "Cast", "CastLike", "Dropout"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let axes = structure.axes(node, input: 0) else { return }
    structure.setView(node, axes)
    structure.set(node, output: 1, axes)
  }
}
