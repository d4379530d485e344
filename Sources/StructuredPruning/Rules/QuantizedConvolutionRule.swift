internal import ByteStorage
internal import ModelGraph

/// Convolutions on integers: as on real numbers, scales go with the channels.
struct QuantizedConvolutionRule: OperatorRule {
  var operators: [String] { ["ConvInteger", "QLinearConv"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    let isLinear = node.node.operatorType == "QLinearConv"
    let weight = isLinear ? 3 : 1
    guard let kernel = structure.axes(node, input: weight), kernel.count >= 3 else { return }
    for index in isLinear ? [4, 5] : [3] {
      guard let scale = structure.axis(node, input: index, 0), structure.size(scale) > 1 else {
        continue
      }
      structure.equate(scale, kernel[0], at: node)
    }
    Convolution(data: 0, weight: weight, bias: isLinear ? 8 : nil).relate(node, &structure)
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    let weight = change.context.node.operatorType == "QLinearConv" ? 3 : 1
    return Convolution(data: 0, weight: weight, bias: nil).attributes(change)
  }
}
