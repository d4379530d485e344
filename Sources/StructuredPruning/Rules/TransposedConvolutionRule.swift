internal import ByteStorage
internal import ModelGraph

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
