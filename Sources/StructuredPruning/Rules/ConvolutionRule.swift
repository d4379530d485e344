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

/// What all convolutions have in common, by the places of their inputs.
struct Convolution {
  let data: Int
  let weight: Int
  let bias: Int?

  func relate(_ node: NodeContext, _ structure: inout Structure) {
    guard let input = structure.axes(node, input: data),
      let kernel = structure.axes(node, input: weight), let shape = node.shape(output: 0),
      shape.count == input.count, input.count >= 3, kernel.count == input.count
    else { return }
    let groups = node.node.integer("group", default: 1)
    let (inputs, outputs) = (structure.size(input[1]), structure.size(kernel[0]))
    guard groups > 0, inputs % groups == 0, outputs % groups == 0 else { return }
    structure.mark(node, input: weight, as: .weight, sums: [1])
    if groups == 1 {
      structure.equate(input[1], kernel[1], at: node)
    } else if groups == inputs {
      let multiplier = structure.makeAxis(outputs / groups)
      structure.equate(kernel[0], .product([input[1], multiplier]), at: node)
    } else {
      let group = structure.makeAxis(groups)
      structure.markBatched(group)
      structure.equate(input[1], .product([group, kernel[1]]), at: node)
      structure.equate(
        kernel[0], .product([group, structure.makeAxis(outputs / groups)]), at: node)
    }
    if let bias, let vector = structure.axis(node, input: bias, 0) {
      structure.equate(vector, kernel[0], at: node)
    }
    structure.freezeWindow(kernel[2...] + input[2...], at: node)
    structure.set(node, [input[0], kernel[0]] + shape[2...].map { .fixed($0) })
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    let groups = change.context.node.integer("group", default: 1)
    guard groups > 1, let channels = change.newSize(input: data, axis: 1),
      let channelsPerGroup = change.newSize(input: weight, axis: 1), channelsPerGroup > 0
    else { return [] }
    return [("group", .int(Int64(channels / channelsPerGroup)))]
  }
}

/// Transposed convolution, plain and grouped.
struct TransposedConvolutionRule: OperatorRule {
  var operators: [String] { ["ConvTranspose"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let input = structure.axes(node, input: 0), let kernel = structure.axes(node, input: 1),
      let shape = node.shape(output: 0), shape.count == input.count, input.count >= 3,
      kernel.count == input.count
    else { return }
    let groups = node.node.integer("group", default: 1)
    guard groups > 0, structure.size(input[1]) % groups == 0 else { return }
    structure.mark(node, input: 1, as: .weight, sums: [0])
    structure.equate(input[1], kernel[0], at: node)
    var output = kernel[1]
    if groups > 1 {
      let group = structure.makeAxis(groups)
      structure.markBatched(group)
      let channels = structure.makeAxis(structure.size(kernel[0]) / groups)
      structure.equate(kernel[0], .product([group, channels]), at: node)
      output = .product([group, kernel[1]])
    }
    if let bias = structure.axis(node, input: 2, 0) { structure.equate(bias, output, at: node) }
    structure.freezeWindow(kernel[2...] + input[2...], at: node)
    structure.set(node, [input[0], output] + shape[2...].map { .fixed($0) })
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    guard change.context.node.integer("group", default: 1) > 1,
      let shape = change.newShape(), shape.count > 1,
      let perGroup = change.newSize(input: 1, axis: 1),
      perGroup > 0
    else { return [] }
    return [("group", .int(Int64(shape[1] / perGroup)))]
  }
}
