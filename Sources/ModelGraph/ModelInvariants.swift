internal import ByteStorage

/// Something that holds in every sound model.
public struct ModelInvariant: Sendable {
  /// What holds, as a sentence.
  public let name: String
  /// Where it does not hold, a line for each place.
  public let violations: @Sendable (Model) -> [String]
}

/// What readers promise and every step keeps; for tests and for models put together by hand.
public enum ModelInvariants {
  /// The invariants, each leaning on those before it.
  public static let all: [ModelInvariant] = [
    ModelInvariant(name: "ids name tensors and graphs that exist", violations: danglingIDs),
    ModelInvariant(name: "the first graph is the main one, and no other", violations: mainGraphs),
    ModelInvariant(name: "bodies lie in graphs, without a ring", violations: lostBodies),
    ModelInvariant(name: "contents have the size of their shape", violations: wrongSizes),
    ModelInvariant(
      name: "constants of a graph have different names", violations: repeatedConstants),
    ModelInvariant(name: "nodes of a graph make different values", violations: repeatedOutputs),
  ]

  /// The violations of the first invariant that does not hold; empty for a sound model.
  public static func violations(in model: Model) -> [String] {
    for invariant in all {
      let found = invariant.violations(model)
      if !found.isEmpty { return found.map { "\(invariant.name): \($0)" } }
    }
    return []
  }

  private static func danglingIDs(_ model: Model) -> [String] {
    var found: [String] = []
    for id in model.graphIDs {
      let graph = model[id]
      let values = graph.nodes.flatMap { $0.attributes.map(\.value) }
      let tensors =
        graph.initializers + values.flatMap(\.tensorIDs)
        + graph.sparseInitializers.flatMap { [$0.values, $0.indices] }
      found += tensors.filter { !model.tensors.indices.contains($0.index) }
        .map { "graph \(id.index) names tensor \($0.index)" }
      found += values.flatMap(\.graphIDs).filter { !model.graphs.indices.contains($0.index) }
        .map { "graph \(id.index) names graph \($0.index)" }
    }
    return found
      + model.functions.filter { !model.graphs.indices.contains($0.body.index) }
      .map { "function \($0.name) names graph \($0.body.index)" }
  }

  private static func mainGraphs(_ model: Model) -> [String] {
    guard !model.graphs.isEmpty else { return ["there is no graph"] }
    return model.graphIDs.filter { ($0 == .main) != (model[$0].role == .main) }
      .map { "graph \($0.index)" }
  }

  private static func lostBodies(_ model: Model) -> [String] {
    model.graphIDs.filter { id in
      var current = id
      // No chain of parents is longer than there are graphs.
      for _ in model.graphs.indices {
        guard case .body(let parent) = model[current].role else { return false }
        guard model.graphs.indices.contains(parent.index) else { return true }
        current = parent
      }
      return true
    }.map { "graph \($0.index)" }
  }

  private static func wrongSizes(_ model: Model) -> [String] {
    model.tensors.enumerated().compactMap { index, tensor in
      guard tensor.elementType != .string else { return nil }
      let expected = tensor.elementType.byteCount(of: tensor.shape.elementCount)
      guard expected != tensor.contents.byteCount else { return nil }
      return "tensor \(index) \"\(tensor.name)\" has \(tensor.contents.byteCount) bytes for "
        + "\(tensor.shape) \(tensor.elementType.name)"
    }
  }

  private static func repeatedConstants(_ model: Model) -> [String] {
    model.graphIDs.flatMap { id in
      let constants = model[id].initializers + model[id].sparseInitializers.map(\.values)
      return repeated(constants.map { model[$0].name }, in: id)
    }
  }

  private static func repeatedOutputs(_ model: Model) -> [String] {
    model.graphIDs.flatMap { id in
      repeated(model[id].nodes.flatMap(\.outputs).filter { !$0.isEmpty }, in: id)
    }
  }

  private static func repeated(_ names: [ByteString], in graph: GraphID) -> [String] {
    var seen: Set<ByteString> = []
    return names.filter { !seen.insert($0).inserted }.map { "\"\($0)\" in graph \(graph.index)" }
  }
}
