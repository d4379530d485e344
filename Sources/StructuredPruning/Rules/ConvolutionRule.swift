internal import ByteStorage
internal import ModelGraph

/// Convolution in one to three dimensions: plain, depthwise with any multiplier, and grouped.
struct ConvolutionRule: OperatorRule {
  var operators: [String] { ["Conv", "com.microsoft.FusedConv"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let data = structure.axes(node, input: 0), let kernel = structure.axes(node, input: 1),
      let shape = node.shape(output: 0), shape.count == data.count, data.count >= 3,
      kernel.count == data.count
    else { return }
    structure.mark(node, input: 1, as: .weight)
    let groups = node.node.integer("group", default: 1)
    let (inputs, outputs) = (structure.size(data[1]), structure.size(kernel[0]))
    guard groups > 0, inputs % groups == 0, outputs % groups == 0 else { return }
    if groups == 1 {
      structure.equate(data[1], kernel[1], at: node)
    } else if groups == inputs {
      let multiplier = structure.makeAxis(outputs / groups)
      structure.equate(kernel[0], .product([data[1], multiplier]), at: node)
    } else {
      let group = structure.makeAxis(groups)
      structure.equate(data[1], .product([group, kernel[1]]), at: node)
      let output = structure.makeAxis(outputs / groups)
      structure.equate(kernel[0], .product([group, output]), at: node)
    }
    if let bias = structure.axis(node, input: 2, 0) {
      structure.equate(bias, kernel[0], at: node)
    }
    // A fused residual has the output's shape.
    if let residual = structure.axis(node, input: 3, 1) {
      structure.equate(residual, kernel[0], at: node)
    }
    structure.set(node, [data[0], kernel[0]] + shape[2...].map { .fixed($0) })
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    let groups = change.context.node.integer("group", default: 1)
    guard groups > 1, let channels = change.newSize(input: 0, axis: 1),
      let channelsPerGroup = change.newSize(input: 1, axis: 1), channelsPerGroup > 0
    else { return [] }
    return [("group", .int(Int64(channels / channelsPerGroup)))]
  }
}
