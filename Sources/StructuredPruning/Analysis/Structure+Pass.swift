internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

extension Structure {
  /// Goes over all nodes.
  mutating func analyze(_ contexts: [NodeContext]) {
    let readers = readers(in: contexts)
    for node in contexts {
      freezeCaptured(by: node)
      if Self.isComputed(node) { continue }
      if node.node.operatorType == "Constant", node.node.isStandard { continue }
      if let shuffle = shuffles[node.id] {
        relate(node, as: shuffle)
      } else if let shuffle = ChannelShuffle.starting(
        at: node, contexts, readers: readers, &self)
      {
        for id in shuffle.nodes { shuffles[id] = shuffle }
        relate(node, as: shuffle)
      } else {
        relate(node)
      }
    }
    freezeOutputs()
    freezeOverlarge()
  }

  /// What was learnt late may have made axes too large that were not before.
  private mutating func freezeOverlarge() {
    for axis in uses.flatMap(\.axes) + values.values.flatMap(\.axes) {
      table.freezeOverlarge(axis, at: nil)
    }
  }

  /// The indices of the nodes that read each value; -1 stands for the graph's outputs.
  private func readers(in contexts: [NodeContext]) -> [ByteString: [Int]] {
    var readers: [ByteString: [Int]] = [:]
    for (index, node) in contexts.enumerated() {
      for name in node.node.inputs where !name.isEmpty { readers[name, default: []].append(index) }
    }
    for output in model[.main].outputs { readers[output.name, default: []].append(-1) }
    return readers
  }

  /// What lies inside of a shuffle has no layouts: it goes or stays with the whole.
  private mutating func relate(_ node: NodeContext, as shuffle: ChannelShuffle) {
    guard let shape = node.shape(output: 0) else { return }
    var axes = shape.map(AxisLayout.fixed)
    if shuffle.nodes.last == node.id {
      axes[1] = shuffled(shuffle) ?? axes[1]
    }
    set(node, axes)
  }

  private mutating func shuffled(_ shuffle: ChannelShuffle) -> AxisLayout? {
    var rest = shuffle.before
    let length = table.size(rest) / shuffle.groups
    var parts: [AxisLayout] = []
    for _ in 0..<shuffle.groups {
      guard let (part, others) = table.cut(rest, at: length) else {
        table.freeze(
          shuffle.before,
          FreezeReason(node: shuffle.nodes.first, text: "shuffles it in parts that cannot be told"))
        return nil
      }
      parts.append(part)
      rest = others
    }
    return AxisLayout([[.interleaved(parts)]])
  }

  /// True for a node whose values are known numbers that have to do with shapes, not with data.
  static func isComputed(_ node: NodeContext) -> Bool {
    let outputs = node.outputs.compactMap(\.self)
    return !outputs.isEmpty
      && outputs.allSatisfy { facts in
        guard facts.elements != nil, let type = facts.elementType else { return false }
        return type.isInteger || type == .bool || (facts.isShapeDerived && facts.shape.count < 2)
      }
  }

  private mutating func relate(_ node: NodeContext) {
    guard let rule = OperatorRules.rule(for: node.node) else {
      return freezeAll(node, "there is no rule for the operator")
    }
    guard hasKnownShapes(node) else {
      return freezeAll(node, "the shapes of its values are not known")
    }
    rule.relate(node, in: &self)
    for (index, name) in node.node.outputs.enumerated() where !name.isEmpty {
      guard let shape = node.shape(output: index) else { continue }
      // A rule that has nothing to say, or is wrong, must not let anything be removed.
      if values[name].map({ $0.axes.map(table.size) }) != shape {
        return freezeAll(node, "its rule does not cover this form")
      }
    }
  }

  private func hasKnownShapes(_ node: NodeContext) -> Bool {
    zip(node.node.inputs, node.inputs).allSatisfy { $0.isEmpty || $1 != nil }
      && zip(node.node.outputs, node.outputs).allSatisfy { $0.isEmpty || $1 != nil }
  }

  /// Bodies read values of the graph around them by name.
  private mutating func freezeCaptured(by node: NodeContext) {
    for name in model.namesRead(inBodiesOf: node.node) {
      let reason = FreezeReason(node: node.id, text: "its body reads the value")
      for axis in values[name]?.axes ?? [] { table.freeze(axis, reason) }
    }
  }

  private mutating func freezeOutputs() {
    for output in model[.main].outputs {
      let reason = FreezeReason(node: nil, text: "the value is output \"\(output.name.escaped)\"")
      for axis in values[output.name]?.axes ?? [] { table.freeze(axis, reason) }
    }
  }
}
