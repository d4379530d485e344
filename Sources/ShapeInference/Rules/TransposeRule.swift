internal import ByteStorage
internal import ModelGraph

/// Transpose.
struct TransposeRule: ShapeRule {
  var operators: [String] { ["Transpose"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    let order = call.list("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw .contradiction("\(order) is no order of \(rank) axes")
    }
    let shape = order.map { input.shape[$0] }
    var elements: SmallElements?
    if let known = input.elements {
      var strides = Array(repeating: 1, count: rank)
      for axis in (0..<max(rank - 1, 0)).reversed() {
        strides[axis] = strides[axis + 1] * input.shape[axis + 1]
      }
      var places = [0]
      for axis in order {
        places = places.flatMap { place in
          (0..<input.shape[axis]).map { place + $0 * strides[axis] }
        }
      }
      elements = known.picked(places)
    }
    return [try call.facts(shape, input.elementType, elements)]
  }
}
