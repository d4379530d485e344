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
