internal import ByteStorage
internal import ModelGraph

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
