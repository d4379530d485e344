internal import ByteStorage
internal import ModelGraph

/// Convolution in one to three dimensions: plain, depthwise with any multiplier, and grouped.
struct ConvolutionRule: OperatorRule {
  var operators: [String] { ["Conv", "com.microsoft.FusedConv"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    Convolution(data: 0, weight: 1, bias: 2).relate(node, &structure)
    // A fused residual has the output's shape.
    if let residual = structure.axis(node, input: 3, 1),
      let kernel = structure.axis(node, input: 1, 0)
    {
      structure.equate(residual, kernel, at: node)
    }
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    Convolution(data: 0, weight: 1, bias: 2).attributes(change)
  }
}
