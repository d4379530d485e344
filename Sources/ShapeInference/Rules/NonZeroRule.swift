internal import ByteStorage
internal import ModelGraph

/// NonZero, when the numbers are known.
struct NonZeroRule: ShapeRule {
  var operators: [String] { ["NonZero"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    guard let elements = input.elements else { throw .unknownElements(0) }
    let places = elements.reals.enumerated().filter { $0.element != 0 }.map(\.offset)
    let coordinates = input.shape.indices.flatMap { axis -> [Int] in
      let inner = input.shape[(axis + 1)...].reduce(1, *)
      return places.map { $0 / inner % input.shape[axis] }
    }
    return [try call.facts([input.shape.count, places.count], .int64, .integers(coordinates))]
  }
}
