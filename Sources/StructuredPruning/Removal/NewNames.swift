internal import ByteStorage
internal import ModelGraph

/// Names for new values that no graph uses yet.
struct NewNames {
  private var taken: Set<ByteString> = []
  private var counts: [ByteString: Int] = [:]

  init(in model: Model) {
    for graph in model.graphs {
      for node in graph.nodes { taken.formUnion(node.inputs + node.outputs) }
      taken.formUnion((graph.inputs + graph.outputs + graph.values).map(\.name))
      taken.formUnion(graph.initializers.map { model[$0].name })
    }
  }

  /// A new name that begins like another.
  mutating func name(like base: ByteString, _ suffix: String) -> ByteString {
    let stem = ByteString(base.bytes + ByteString(suffix).bytes)
    while true {
      let count = counts[stem, default: 0]
      counts[stem] = count + 1
      let name = count == 0 ? stem : ByteString(stem.bytes + ByteString("_\(count)").bytes)
      if taken.insert(name).inserted { return name }
    }
  }
}
