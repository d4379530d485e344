internal import ByteStorage
internal import ModelGraph

/// Position by position on integers with scales.
struct QuantizedElementwiseRule: OperatorRule {
  var operators: [String] {
    [
      "com.microsoft.QLinearAdd", "com.microsoft.QLinearMul", "com.microsoft.QLinearSigmoid",
      "com.microsoft.QLinearLeakyRelu",
    ]
  }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let shape = node.shape(output: 0) else { return }
    let isBinary = node.node.operatorType == "QLinearAdd" || node.node.operatorType == "QLinearMul"
    let data = (isBinary ? [0, 3] : [0]).compactMap { structure.axes(node, input: $0) }
    structure.set(node, Broadcast.axes(data, shape, at: node, &structure))
  }
}
