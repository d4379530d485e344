internal import ByteStorage
internal import ModelGraph

/// Shape, Size and Constant: where numbers come from.
struct ShapeSourceRule: ShapeRule {
  var operators: [String] { ["Shape", "Size", "Constant"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    if call.node.operatorType == "Constant" { return [try constant(call)] }
    let input = try call.input()
    var numbers = [input.shape.reduce(1, *)]
    var shape: [Int] = []
    if call.node.operatorType == "Shape" {
      let rank = input.shape.count
      let start = Self.clamped(call.node.integer("start"), rank)
      let end = Self.clamped(call.number("end") ?? rank, rank)
      numbers = start < end ? Array(input.shape[start..<end]) : []
      shape = [numbers.count]
    }
    var facts = try call.facts(shape, .int64, .integers(numbers))
    facts.isShapeDerived = true
    return [facts]
  }

  private static func clamped(_ place: Int, _ rank: Int) -> Int {
    min(max(place < 0 ? place &+ rank : place, 0), rank)
  }

  private func constant(_ call: OperatorCall) throws(ShapeError) -> TensorFacts? {
    for attribute in call.node.attributes {
      switch attribute.value {
      case .tensor(let id) where call.model.tensors.indices.contains(id.index):
        return EvaluatedGraph.facts(of: call.model[id])
      case .int(let value): return try call.facts([], .int64, .integers([Int(value)]))
      case .ints(let values):
        return try call.facts([values.count], .int64, .integers(values.map { Int($0) }))
      case .float(let value): return try call.facts([], .float32, .reals([Double(value)]))
      case .floats(let values):
        return try call.facts([values.count], .float32, .reals(values.map { Double($0) }))
      case .string: return try call.facts([], .string)
      case .strings(let values): return try call.facts([values.count], .string)
      case .sparseTensor(let sparse) where call.model.tensors.indices.contains(sparse.values.index):
        return try call.facts(sparse.shape.dimensions, call.model[sparse.values].elementType)
      default: continue
      }
    }
    return nil
  }
}

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

/// Range: numbers at equal distances.
struct RangeRule: ShapeRule {
  var operators: [String] { ["Range"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let type = try call.input(0).elementType
    if let start = call.optional(0)?.integers?.first, let limit = call.optional(1)?.integers?.first,
      let delta = call.optional(2)?.integers?.first, delta != 0
    {
      let (distance, overflow) = limit.subtractingReportingOverflow(start)
      guard !overflow, delta != -1 || distance != .min else { throw .tooLarge }
      let count = max(0, (distance / delta) + (distance % delta == 0 ? 0 : 1))
      guard (distance < 0) == (delta < 0) || distance == 0 else {
        return [try call.facts([0], type, .integers([]))]
      }
      let isSmall = count <= SmallElements.maximumCount
      return [
        try call.facts(
          [count], type, isSmall ? .integers((0..<count).map { start &+ $0 &* delta }) : nil)
      ]
    }
    guard let start = call.optional(0)?.elements?.reals.first,
      let limit = call.optional(1)?.elements?.reals.first,
      let delta = call.optional(2)?.elements?.reals.first, delta != 0
    else { throw .unknownElements(0) }
    let count = ((limit - start) / delta).rounded(.up)
    guard count.isFinite, count < 1e9 else { throw .tooLarge }
    let isSmall = count <= Double(SmallElements.maximumCount)
    return [
      try call.facts(
        [max(0, Int(count))], type,
        isSmall ? .reals((0..<max(0, Int(count))).map { start + Double($0) * delta }) : nil)
    ]
  }
}
