internal import ByteStorage
internal import ModelGraph

/// Squeeze and Unsqueeze: axes of one come and go.
struct SqueezeRule: ShapeRule {
  var operators: [String] { ["Squeeze", "Unsqueeze"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let given = try call.numbers(attribute: "axes", orInput: 1)
    var shape = input.shape
    if call.node.operatorType == "Squeeze" {
      var axes: Set<Int> = []
      for axis in given ?? shape.indices.filter({ shape[$0] == 1 }) {
        axes.insert(try call.axis(axis, rank: shape.count))
      }
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw .contradiction("an axis of \(shape) that is to go is not 1")
      }
      shape = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    } else {
      guard let given else { throw .unknownInput(1) }
      let rank = shape.count + given.count
      guard rank <= Shape.maximumRank else { throw .tooLarge }
      var axes: Set<Int> = []
      for axis in given { axes.insert(try call.axis(axis, rank: rank)) }
      guard axes.count == given.count else { throw .contradiction("an axis is added twice") }
      for axis in axes.sorted() { shape.insert(1, at: axis) }
    }
    return [try call.facts(shape, input.elementType, input.elements)]
  }
}
