internal import ByteStorage
internal import ModelGraph

/// LSTM, GRU and RNN: all gates and both directions lose the same units.
struct RecurrentRule: OperatorRule {
  var operators: [String] { ["LSTM", "GRU", "RNN"] }

  func relate(_ node: NodeContext, in structure: inout Structure) {
    guard let data = structure.axes(node, input: 0), let weight = structure.axes(node, input: 1),
      let recurrence = structure.axes(node, input: 2), data.count == 3, weight.count == 3,
      recurrence.count == 3
    else { return }
    let units = recurrence[2]
    let size = structure.size(units)
    guard size > 0, structure.size(weight[1]) % size == 0 else { return }
    let gates = AxisLayout.fixed(structure.size(weight[1]) / size)
    structure.mark(node, input: 1, as: .weight, sums: [2])
    structure.mark(node, input: 2, as: .weight, sums: [2])
    structure.equate(data[2], weight[2], at: node)
    for axis in [weight[1], recurrence[1]] {
      structure.equate(axis, .product([gates, units]), at: node)
    }
    if let bias = structure.axis(node, input: 3, 1) {
      structure.equate(bias, .product([.fixed(2), gates, units]), at: node)
    }
    if let peepholes = structure.axis(node, input: 7, 1) {
      structure.equate(peepholes, .product([.fixed(3), units]), at: node)
    }
    if let lengths = structure.axes(node, input: 4) {
      for axis in lengths { structure.freeze(axis, at: node, "takes it for lengths") }
    }
    relateStates(node, data, units, &structure)
    for index in [1, 2, 3, 7] {
      guard let directions = structure.axis(node, input: index, 0) else { continue }
      structure.freeze(directions, at: node, "runs in so many directions")
    }
    setOutputs(node, data, weight[0], units, &structure)
  }

  private func relateStates(
    _ node: NodeContext, _ data: [AxisLayout], _ units: AxisLayout, _ structure: inout Structure
  ) {
    let isBatchFirst = node.node.integer("layout") != 0
    let (batch, directions) = isBatchFirst ? (0, 1) : (1, 0)
    for index in [5, 6] {
      guard let state = structure.axes(node, input: index), state.count == 3 else { continue }
      structure.equate(state[2], units, at: node)
      structure.equate(state[batch], data[batch], at: node)
      structure.freeze(state[directions], at: node, "runs in so many directions")
    }
  }

  private func setOutputs(
    _ node: NodeContext, _ data: [AxisLayout], _ directions: AxisLayout, _ units: AxisLayout,
    _ structure: inout Structure
  ) {
    let isBatchFirst = node.node.integer("layout") != 0
    structure.set(
      node,
      isBatchFirst
        ? [data[0], data[1], directions, units] : [data[0], directions, data[1], units])
    for index in [1, 2] where node.node.outputs.indices.contains(index) {
      structure.set(
        node, output: index,
        isBatchFirst ? [data[0], directions, units] : [directions, data[1], units])
    }
  }

  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] {
    change.newSize(input: 2, axis: 2).map { [("hidden_size", .int(Int64($0)))] } ?? []
  }
}
