internal import ByteStorage
internal import ModelGraph

extension Model {
  /// Removes what nobody reads any more: nodes of the main graph and its constants.
  ///
  /// What was not read before either is none of our business and stays, with all that it reads.
  mutating func removeUnread(since before: Model) {
    let readBefore = before.readNames(besides: [])
    let oldNames = Set(before[.main].nodes.flatMap(\.outputs))
    let readNow = readNames(besides: oldNames.subtracting(readBefore))
    let isDead = { (name: ByteString) in readBefore.contains(name) && !readNow.contains(name) }
    editGraphs { graphs, tensors in
      graphs[0].nodes.removeAll { node in
        let names = node.outputs.filter { !$0.isEmpty }
        return names.contains(where: isDead)
          && names.allSatisfy { !readNow.contains($0) && oldNames.contains($0) }
      }
      graphs[0].initializers.removeAll { isDead(tensors[$0.index].name) }
      graphs[0].values.removeAll { isDead($0.name) }
    }
  }

  /// The names that the outputs of the main graph depend on, those that bodies read among them.
  ///
  /// The names of `idle` count as read as well.
  private func readNames(besides idle: Set<ByteString>) -> Set<ByteString> {
    var makers: [ByteString: Int] = [:]
    for (index, node) in self[.main].nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { makers[name] = index }
    }
    var names: Set<ByteString> = []
    var pending = self[.main].outputs.map(\.name) + idle
    for graph in graphs.dropFirst() {
      pending += graph.nodes.flatMap(\.inputs) + graph.outputs.map(\.name)
    }
    while let name = pending.popLast() {
      guard names.insert(name).inserted, let maker = makers[name] else { continue }
      pending += self[.main].nodes[maker].inputs
    }
    return names
  }
}
