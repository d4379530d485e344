internal import ByteStorage
internal import ModelGraph

/// Sums of products over named axes.
struct EinsumRule: ShapeRule {
  var operators: [String] { ["Einsum"] }

  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    var shapes: [[Int]] = []
    for index in call.node.inputs.indices { shapes.append(try call.shape(index)) }
    guard let text = call.text("equation"),
      let equation = EinsumEquation(text, ranks: shapes.map(\.count))
    else { throw .contradiction("the equation does not fit the operands") }
    var sizes: [UInt8: Int] = [:]
    for (letters, shape) in zip(equation.operands, shapes) {
      for (letter, size) in zip(letters, shape) {
        guard sizes[letter, default: 1] == 1 || size == 1 || sizes[letter] == size else {
          throw .contradiction("an axis of the equation has two sizes")
        }
        sizes[letter] = max(size, sizes[letter] ?? 1)
      }
    }
    var shape: [Int] = []
    for letter in equation.result {
      guard let size = sizes[letter] else {
        throw .contradiction("the equation's result has an axis of its own")
      }
      shape.append(size)
    }
    return try call.output(shape, call.optional(0)?.elementType)
  }
}
