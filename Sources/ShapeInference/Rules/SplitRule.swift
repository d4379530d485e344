internal import ByteStorage
internal import ModelGraph

/// Split.
struct SplitRule: ShapeRule {
  var operators: [String] { ["Split"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let input = try call.input()
    let axis = try call.axis(call.node.integer("axis"), rank: input.shape.count)
    let size = input.shape[axis]
    let count = call.number("num_outputs") ?? call.node.outputs.count
    guard count > 0, count <= call.node.outputs.count else {
      throw .contradiction("\(count) parts for \(call.node.outputs.count) outputs")
    }
    // The last part is smaller when the parts are not equal.
    let part = size / count + (size % count == 0 ? 0 : 1)
    let equal = (0..<count).map { max(0, min(part, size - $0 * part)) }
    let sizes = try call.numbers(attribute: "split", orInput: 1) ?? equal
    guard sizes.allSatisfy({ (0...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw .contradiction("\(sizes.count) parts do not make up \(size)")
    }
    var start = 0
    var outputs: [TensorFacts?] = []
    for length in sizes {
      var shape = input.shape
      shape[axis] = length
      let elements = input.elements.map {
        $0.picked(places(of: input.shape, axis, Array(start..<start + length)))
      }
      outputs.append(try call.facts(shape, input.elementType, elements))
      start += length
    }
    return outputs
  }
}
