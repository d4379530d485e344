internal import ByteStorage
public import ModelGraph

/// How often a node multiplies and adds; 0 for operators that are not counted, nil when unknown.
///
/// Counted are convolutions, matrix products, Einsum, recurrent layers and attention.
public func multiplyAccumulates(
  of node: Node, inputs: [TensorFacts?], outputs: [TensorFacts?]
) -> Int? {
  func shape(_ index: Int) -> [Int]? { inputs.indices.contains(index) ? inputs[index]?.shape : nil }
  let output = outputs.first??.shape
  switch node.operatorType {
  case "Conv", "ConvInteger", "FusedConv", "QLinearConv":
    let weight = shape(node.operatorType == "QLinearConv" ? 3 : 1)
    return product(output, weight.map { Array($0.dropFirst()) })
  case "ConvTranspose":
    return product(shape(0), shape(1).map { Array($0.dropFirst()) })
  case "Gemm":
    let axis = node.integer("transA") == 0 ? 1 : 0
    return product(output, shape(0).flatMap { $0.count == 2 ? [$0[axis]] : nil })
  case "MatMul", "MatMulInteger", "QLinearMatMul", "FusedMatMul":
    return product(output, shape(0).map { Array($0.suffix(1)) })
  case "Einsum":
    guard inputs.count > 1, case .string(let text)? = node.attribute("equation") else { return 0 }
    let shapes = inputs.compactMap { $0?.shape }
    guard shapes.count == inputs.count,
      let equation = EinsumEquation(text, ranks: shapes.map(\.count))
    else { return nil }
    var sizes: [UInt8: Int] = [:]
    for (letter, size) in zip(equation.operands.joined(), shapes.joined()) { sizes[letter] = size }
    return product(Array(sizes.values), [])
  case "LSTM", "GRU", "RNN":
    guard let data = shape(0), data.count == 3, let weight = product(shape(1), []),
      let recurrence = product(shape(2), [])
    else { return nil }
    let (step, overflow) = weight.addingReportingOverflow(recurrence)
    return overflow ? nil : product([data[0], data[1]], [step])
  case "Attention" where node.isStandard:
    guard let query = shape(0), let key = shape(1) else { return nil }
    if query.count == 4, key.count == 4 { return product(query, [2, key[2]]) }
    return query.count == 3 && key.count == 3 ? product(query, [2, key[1]]) : nil
  default:
    return 0
  }
}

private func product(_ left: [Int]?, _ right: [Int]?) -> Int? {
  guard let left, let right else { return nil }
  return Shape([Shape(left)?.elementCount ?? -1, Shape(right)?.elementCount ?? -1])?.elementCount
}
