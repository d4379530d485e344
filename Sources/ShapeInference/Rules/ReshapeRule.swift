internal import ByteStorage
internal import ModelGraph

/// Reshape.
struct ReshapeRule: ShapeRule {
  var operators: [String] { ["Reshape"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    guard let target = try call.numbers(attribute: "shape", orInput: 1) else {
      throw .unknownInput(1)
    }
    guard target.count <= Shape.maximumRank else { throw .tooLarge }
    var shape = target
    if call.node.integer("allowzero") == 0 {
      for (axis, size) in target.enumerated() where size == 0 {
        guard axis < input.shape.count else { throw .contradiction("it copies an axis too many") }
        shape[axis] = input.shape[axis]
      }
    }
    let open = shape.indices.filter { shape[$0] == -1 }
    guard open.count <= 1 else { throw .contradiction("two sizes are to be inferred") }
    let total = Shape(input.shape)?.elementCount ?? 0
    if let open = open.first {
      shape[open] = 1
      guard let rest = Shape(shape)?.elementCount, rest > 0, total % rest == 0 else {
        throw .contradiction("\(input.shape) cannot be reshaped to \(target)")
      }
      shape[open] = total / rest
    }
    guard Shape(shape)?.elementCount == total else {
      throw .contradiction("\(input.shape) cannot be reshaped to \(target)")
    }
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}
