internal import ByteStorage
internal import ModelGraph

/// ScatterND and its like: the data with some elements replaced.
struct ScatterRule: ShapeRule {
  var operators: [String] { ["ScatterND", "ScatterElements", "Scatter", "TensorScatter"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let data = try call.input()
    return [try call.facts(data.shape, data.elementType, Self.scattered(call))]
  }

  /// Single numbers put into a list, which is how exporters change one size of a shape.
  private static func scattered(_ call: OperatorCall) -> SmallElements? {
    guard call.node.operatorType == "ScatterND", let data = call.optional(0), data.shape.count == 1,
      case .integers(var values)? = data.elements, let places = call.optional(1)?.integers,
      call.optional(1)?.shape.last == 1, let updates = call.optional(2)?.integers,
      places.count == updates.count, call.text("reduction") ?? "none" == "none"
    else { return nil }
    for (place, update) in zip(places, updates) {
      let index = place < 0 ? place &+ values.count : place
      guard values.indices.contains(index) else { return nil }
      values[index] = update
    }
    return .integers(values)
  }
}
