internal import ByteStorage
internal import ModelGraph

/// ConstantOfShape: one value everywhere.
struct FillRule: ShapeRule {
  var operators: [String] {
    ["ConstantOfShape", "EyeLike", "RandomNormalLike", "RandomUniformLike"]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    guard call.node.operatorType == "ConstantOfShape" else {
      return try call.output(try call.shape(0), try call.input().elementType)
    }
    let shape = try call.numbers(0)
    guard let count = Shape(shape)?.elementCount else { throw .tooLarge }
    guard case .tensor(let id)? = call.node.attribute("value") else {
      return [
        try call.facts(shape, .float32, Self.fill(.reals([0]), count))
      ]
    }
    guard call.model.tensors.indices.contains(id.index) else { throw .unknownElements(0) }
    let value = EvaluatedGraph.facts(of: call.model[id])
    return [
      try call.facts(shape, value.elementType, value.elements.flatMap { Self.fill($0, count) })
    ]
  }

  private static func fill(_ value: SmallElements, _ count: Int) -> SmallElements? {
    guard count <= SmallElements.maximumCount, value.count == 1 else { return nil }
    return value.picked(Array(repeating: 0, count: count))
  }
}
