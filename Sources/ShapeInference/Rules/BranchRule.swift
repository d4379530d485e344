internal import ByteStorage
internal import ModelGraph

/// If: what both branches say of their outputs, or the one that will run.
struct BranchRule: ShapeRule {
  var operators: [String] { ["If"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    var branches: [[TensorFacts?]] = []
    let condition = call.optional(0)?.integers?.first
    for name: ByteString in ["then_branch", "else_branch"] {
      if let condition, (condition != 0) != (name == "then_branch") { continue }
      guard let graph = call.node.attribute(name)?.graphIDs.first,
        call.model.graphs.indices.contains(graph.index)
      else { throw .contradiction("a branch is missing") }
      branches.append(call.model[graph].outputs.map { Self.facts(of: $0.type) })
    }
    guard let first = branches.first else { return [] }
    return first.indices.map { index in
      branches.allSatisfy { $0.indices.contains(index) && $0[index] == first[index] }
        ? first[index] : nil
    }
  }

  private static func facts(of type: ValueType) -> TensorFacts? {
    guard case .tensor(let elementType, let dimensions?) = type else { return nil }
    let sizes = dimensions.compactMap { dimension -> Int? in
      guard case .fixed(let size) = dimension else { return nil }
      return size
    }
    guard sizes.count == dimensions.count, Shape(sizes) != nil else { return nil }
    return TensorFacts(elementType: elementType, shape: sizes)
  }
}
