internal import ByteStorage
internal import ModelGraph

/// Gather: slices picked along one axis.
struct GatherRule: ShapeRule {
  var operators: [String] { ["Gather"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let indices = try call.input(1)
    let axis = try call.axis(call.node.integer("axis"), rank: input.shape.count)
    let shape = input.shape[..<axis] + indices.shape + input.shape[(axis + 1)...]
    var elements: SmallElements?
    if let known = input.elements, let picked = indices.integers,
      SmallElements.areKept(Array(shape))
    {
      let size = input.shape[axis]
      let positions = picked.map { $0 < 0 ? $0 &+ size : $0 }
      guard positions.allSatisfy({ (0..<size).contains($0) }) else {
        throw .contradiction("an index lies outside of \(size)")
      }
      elements = known.picked(places(of: input.shape, axis, positions))
    }
    var facts = try call.facts(Array(shape), input.elementType, elements)
    // Which position is picked may hang on a shape, the number picked does not by that.
    if facts.elements != nil {
      facts.isShapeDerived = input.isShapeDerived || indices.isShapeDerived
    }
    return [facts]
  }
}
