internal import ByteStorage
internal import ModelGraph

/// ConstantOfShape: one value everywhere, so every axis may be made shorter.
struct FillRule: OperatorRule {
  var operators: [String] { ["ConstantOfShape"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    structure.set(node, shape.map { structure.makeAxis($0) })
  }

  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] {
    change.newShape().map { [0: ArgumentRequirement($0)] } ?? [:]
  }
}
