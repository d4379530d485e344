import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

/// One node, and what its rule says that its values mean.
struct RuleCase: CustomTestStringConvertible, Sendable {
  let operatorName: String
  /// The shape of the data, `v`.
  let data: [Int]
  /// The shapes of the constants `w0`, `w1`, …; no shape is an input left out.
  var weights: [[Int]?] = []
  /// Whole numbers given as constants behind those.
  var integers: [[Int]] = []
  var attributes: [(ByteString, AttributeValue)] = []
  var outputs = 1
  var version = 21
  /// What the axes of the named values are.
  let values: [ByteString]
  let expected: String

  var testDescription: String { "\(operatorName) \(data) \(weights) \(integers) -> \(expected)" }

  /// The data is a constant seen through an Identity, so that its axes are free.
  func analysis() throws -> RuleAnalysis {
    var graph = RuleGraph([1])
    graph.version = version
    try graph.weight("c", data)
    graph.node("Identity", ["c"], ["v"])
    var inputs: [ByteString] = ["v"]
    for (index, shape) in weights.enumerated() {
      inputs.append(shape == nil ? "" : ByteString("w\(index)"))
      if let shape { try graph.weight(ByteString("w\(index)"), shape) }
    }
    for (index, numbers) in integers.enumerated() {
      inputs.append(ByteString("n\(index)"))
      try graph.integers(ByteString("n\(index)"), numbers)
    }
    graph.node(
      operatorName, inputs, (0..<outputs).map { $0 == 0 ? "y" : ByteString("y\($0)") }, attributes)
    return graph.analysis
  }
}

@Suite struct RuleLayoutTests {
  @Test(arguments: weighted + normalizing + moving + reducing)
  func ruleSaysWhatAxesMean(_ rule: RuleCase) throws {
    #expect(try rule.analysis().text(rule.values) == rule.expected)
  }

  static let weighted: [RuleCase] = [
    RuleCase(
      operatorName: "Conv", data: [1, 4, 1, 1], weights: [[6, 4, 1, 1], [6]],
      values: ["v", "w0", "w1", "y"], expected: "1 a 1 1, b a 1 1, b, 1 b 1 1"),
    RuleCase(
      operatorName: "Conv", data: [1, 4, 1], weights: [[8, 1, 1], [8]],
      attributes: [("group", .int(4))], values: ["v", "w0", "w1", "y"],
      expected: "1 a 1, a*b 1 1, a*b, 1 a*b 1"),
    RuleCase(
      operatorName: "Conv", data: [1, 6, 1, 1], weights: [[8, 3, 1, 1], [8]],
      attributes: [("group", .int(2))], values: ["v", "w0", "w1", "y"],
      expected: "1 a*b 1 1, a*c b 1 1, a*c, 1 a*c 1 1"),
    RuleCase(
      operatorName: "ConvTranspose", data: [1, 6, 1, 1], weights: [[6, 5, 1, 1], [5]],
      values: ["v", "w0", "w1", "y"], expected: "1 a 1 1, a b 1 1, b, 1 b 1 1"),
    RuleCase(
      operatorName: "ConvTranspose", data: [1, 6, 1, 1], weights: [[6, 4, 1, 1], [8]],
      attributes: [("group", .int(2))], values: ["v", "w0", "w1", "y"],
      expected: "1 a*b 1 1, a*b c 1 1, a*c, 1 a*c 1 1"),
    RuleCase(
      operatorName: "Gemm", data: [3, 4], weights: [[5, 4], [5]],
      attributes: [("transB", .int(1))], values: ["v", "w0", "w1", "y"],
      expected: "a b, c b, c, a c"),
    RuleCase(
      operatorName: "Gemm", data: [4, 3], weights: [[4, 5], [1, 5]],
      attributes: [("transA", .int(1))], values: ["v", "w0", "w1", "y"],
      expected: "a b, a c, 1 c, b c"),
    RuleCase(
      operatorName: "MatMul", data: [2, 3, 4], weights: [[4, 5]], values: ["v", "w0", "y"],
      expected: "a b c, c d, a b d"),
    RuleCase(
      operatorName: "MatMul", data: [3, 4], weights: [[2, 4, 5]], values: ["v", "w0", "y"],
      expected: "a b, c b d, c a d"),
    RuleCase(
      operatorName: "MatMul", data: [4], weights: [[4]], values: ["v", "w0", "y"],
      expected: "a, a, "),
    RuleCase(
      operatorName: "com.microsoft.FusedMatMul", data: [3, 4], weights: [[5, 4]],
      attributes: [("transB", .int(1))], values: ["v", "w0", "y"], expected: "a b, c b, a c"),
    RuleCase(
      operatorName: "Einsum", data: [2, 3, 4], weights: [[4, 5, 6]],
      attributes: [("equation", .string("btc,chd->bthd"))], values: ["v", "w0", "y"],
      expected: "a b c, c d e, a b d e"),
    RuleCase(
      operatorName: "LSTM", data: [5, 2, 3],
      weights: [[2, 16, 3], [2, 16, 4], [2, 32], nil, [2, 2, 4]],
      attributes: [("hidden_size", .int(4)), ("direction", .string("bidirectional"))], outputs: 3,
      values: ["v", "w0", "w1", "w2", "w4", "y", "y1", "y2"],
      expected: "a b c, d 4*e c, f 4*e e, g 8*e, h b e, a d b e, d b e, d b e"),
    RuleCase(
      operatorName: "DequantizeLinear", data: [4, 3], weights: [[4]],
      attributes: [("axis", .int(0))], values: ["v", "w0", "y"], expected: "a b, a, a b"),
  ]

  static let normalizing: [RuleCase] = [
    RuleCase(
      operatorName: "BatchNormalization", data: [1, 4, 1], weights: [[4], [4], [4], [4]],
      values: ["v", "w0", "w1", "w2", "w3", "y"], expected: "1 a 1, a, a, a, a, 1 a 1"),
    RuleCase(
      operatorName: "InstanceNormalization", data: [1, 4, 3], weights: [[4], [4]],
      values: ["v", "w0", "w1", "y"], expected: "1 a b, a, a, 1 a b"),
    RuleCase(
      operatorName: "LayerNormalization", data: [2, 3, 4], weights: [[3, 4], [4]],
      attributes: [("axis", .int(1))], values: ["v", "w0", "w1", "y"],
      expected: "a b c, b c, c, a b c"),
    RuleCase(
      operatorName: "GroupNormalization", data: [1, 6, 3], weights: [[6], [6]],
      attributes: [("num_groups", .int(2))], values: ["v", "w0", "w1", "y"],
      expected: "1 a*b c, a*b, a*b, 1 a*b c"),
    RuleCase(
      operatorName: "GroupNormalization", data: [1, 6, 3], weights: [[2], [2]],
      attributes: [("num_groups", .int(2))], version: 18, values: ["v", "w0", "y"],
      expected: "1 a*b c, a, 1 a*b c"),
    RuleCase(
      operatorName: "PRelu", data: [1, 4, 3], weights: [[4, 1]], values: ["v", "w0", "y"],
      expected: "1 a b, a 1, 1 a b"),
    RuleCase(
      operatorName: "Where", data: [4, 1], weights: [[2, 4, 3], [3]],
      values: ["v", "w0", "w1", "y"],
      expected: "a 1, b a c, c, b a c"),
  ]

  static let moving: [RuleCase] = [
    RuleCase(
      operatorName: "Transpose", data: [2, 3, 4], attributes: [("perm", .ints([2, 0, 1]))],
      values: ["v", "y"], expected: "a b c, c a b"),
    RuleCase(
      operatorName: "Reshape", data: [5, 12], integers: [[0, 3, -1]], values: ["v", "y"],
      expected: "a b*c, a b c"),
    RuleCase(
      operatorName: "Reshape", data: [2, 3, 4], integers: [[2, 12]], values: ["v", "y"],
      expected: "a b c, a b*c"),
    RuleCase(
      operatorName: "Flatten", data: [2, 3, 4], attributes: [("axis", .int(-1))],
      values: ["v", "y"], expected: "a b c, a*b c"),
    RuleCase(
      operatorName: "Squeeze", data: [1, 3, 1, 4], integers: [[0, 2]], values: ["v", "y"],
      expected: "1 a 1 b, a b"),
    RuleCase(
      operatorName: "Unsqueeze", data: [3, 4], integers: [[-1, 0]], values: ["v", "y"],
      expected: "a b, 1 a b 1"),
    RuleCase(
      operatorName: "Concat", data: [2, 3], weights: [[2, 4]], attributes: [("axis", .int(-1))],
      values: ["v", "w0", "y"], expected: "a b, a c, a b+c"),
    RuleCase(
      operatorName: "Split", data: [7, 2], integers: [[3, 4]], outputs: 2,
      values: ["v", "y", "y1"], expected: "a+b c, a c, b c"),
    RuleCase(
      operatorName: "Slice", data: [7], integers: [[2], [-1]], values: ["v", "y"],
      expected: "a+b+1, b"),
    RuleCase(
      operatorName: "Slice", data: [6], integers: [[1], [6], [0], [2]], values: ["v", "y"],
      expected: "a*2, a"),
    RuleCase(
      operatorName: "Pad", data: [3, 4], integers: [[0, 1, 0, 2]], values: ["v", "y"],
      expected: "a b, a 1+b+2"),
    RuleCase(
      operatorName: "Tile", data: [3, 4], integers: [[1, 2]], values: ["v", "y"],
      expected: "a b, a 2*b"),
    RuleCase(
      operatorName: "Expand", data: [3, 1], integers: [[2, 3, 4]], values: ["v", "y"],
      expected: "a 1, b a c"),
    RuleCase(
      operatorName: "DepthToSpace", data: [1, 12, 1, 1], attributes: [("blocksize", .int(2))],
      values: ["v", "y"], expected: "1 4*a 1 1, 1 a 2 2"),
    RuleCase(
      operatorName: "DepthToSpace", data: [1, 12, 1, 1],
      attributes: [("blocksize", .int(2)), ("mode", .string("CRD"))], values: ["v", "y"],
      expected: "1 a*4 1 1, 1 a 2 2"),
    RuleCase(
      operatorName: "SpaceToDepth", data: [1, 3, 2, 2], attributes: [("blocksize", .int(2))],
      values: ["v", "y"], expected: "1 a b c, 1 4*a 1 1"),
    RuleCase(
      operatorName: "Gather", data: [6, 4], integers: [[1, 2]], values: ["y"], expected: "a b"),
  ]

  static let reducing: [RuleCase] = [
    RuleCase(
      operatorName: "ReduceMean", data: [2, 3, 4], integers: [[-1]], values: ["v", "y"],
      expected: "a b c, a b 1"),
    RuleCase(
      operatorName: "ReduceSum", data: [2, 3, 4], integers: [[1]],
      attributes: [("keepdims", .int(0))], values: ["v", "y"], expected: "a b c, a c"),
    RuleCase(
      operatorName: "GlobalAveragePool", data: [2, 3, 4], values: ["v", "y"],
      expected: "a b c, a b 1"),
    RuleCase(
      operatorName: "ArgMax", data: [2, 3, 4],
      attributes: [("axis", .int(2)), ("keepdims", .int(0))], values: ["v", "y"],
      expected: "a b c, a b"),
    RuleCase(
      operatorName: "Trilu", data: [3, 4, 4], values: ["v", "y"], expected: "a b c, a b c"),
    RuleCase(
      operatorName: "Softmax", data: [3, 4], values: ["v", "y"], expected: "a b, a b"),
  ]
}
