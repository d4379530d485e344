internal import ByteStorage
internal import ModelGraph

/// Sums, means and the like over axes.
struct ReductionRule: ShapeRule {
  var operators: [String] {
    [
      "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
      "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare",
    ]
  }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let rank = input.shape.count
    let given = try call.numbers(attribute: "axes", orInput: 1) ?? []
    if given.isEmpty, call.node.integer("noop_with_empty_axes") != 0 { return [input] }
    var axes: Set<Int> = []
    for axis in given { axes.insert(try call.axis(axis, rank: rank)) }
    if given.isEmpty { axes = Set(0..<rank) }
    let keeps = call.node.integer("keepdims", default: 1) != 0
    let shape = input.shape.indices.compactMap { axis -> Int? in
      axes.contains(axis) ? (keeps ? 1 : nil) : input.shape[axis]
    }
    // Numbers are only followed where a whole list becomes one.
    let isWhole = axes.count == rank
    let elements = isWhole ? Self.reduced(call.node.operatorType, input.elements) : nil
    return [try call.facts(shape, input.elementType, elements)]
  }

  private static func reduced(_ name: ByteString, _ elements: SmallElements?) -> SmallElements? {
    guard case .integers(let values)? = elements else { return nil }
    var result: Int?
    switch name {
    case "ReduceProd":
      result = 1
      for value in values {
        guard let (product, overflow) = result?.multipliedReportingOverflow(by: value), !overflow
        else { return nil }
        result = product
      }
    case "ReduceSum":
      result = 0
      for value in values {
        guard let (sum, overflow) = result?.addingReportingOverflow(value), !overflow else {
          return nil
        }
        result = sum
      }
    case "ReduceMax": result = values.max()
    case "ReduceMin": result = values.min()
    default: return nil
    }
    return result.map { .integers([$0]) }
  }
}
