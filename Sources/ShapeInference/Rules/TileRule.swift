internal import ByteStorage
internal import ModelGraph

/// Tile: axes are repeated.
struct TileRule: ShapeRule {
  var operators: [String] { ["Tile"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let repeats = try call.numbers(1)
    guard repeats.count == input.shape.count else {
      throw .contradiction("\(repeats.count) repeats do not fit \(input.shape.count) axes")
    }
    var shape: [Int] = []
    for (size, count) in zip(input.shape, repeats) {
      let (product, overflow) = size.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .tooLarge }
      shape.append(product)
    }
    var elements: SmallElements?
    if let known = input.elements, shape.allSatisfy({ $0 >= 0 }), SmallElements.areKept(shape) {
      var places = [0]
      for (size, whole) in zip(input.shape, shape) {
        places = places.flatMap { place in (0..<whole).map { place * size + $0 % max(size, 1) } }
      }
      elements = known.picked(places)
    }
    return [try call.facts(shape, input.elementType, elements)]
  }
}
