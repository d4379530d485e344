internal import ByteStorage
internal import ModelGraph

/// An operand of an operator that holds weights, and how its axes are used.
///
/// Axes are those of the operand as the operator sees it; negative ones count from the end.
struct WeightOperand: Hashable {
  /// Its place among the inputs.
  var index: Int
  /// The axis whose entries make different outputs.
  var output: Int
  /// The axis the operator sums over.
  var reduction: Int
  /// The input that holds its scale, of one value or one for each output.
  var scale: Int?
  /// The input that holds its zero point; without it, it is 0.
  var zeroPoint: Int?
  /// The integer attribute that exchanges both axes when it is not 0.
  var transposed: ByteString?
  /// The integer attribute that cuts the reduction axis into groups.
  var groups: ByteString?
  /// True when the operand may hold integers without a scale.
  var isInteger = false
  /// Why the operand's bytes are no weights one by one.
  var refusal: String?
}

/// Which operands of which operators are weights.
enum WeightOperators {
  private struct Entry {
    var domains: [ByteString]
    var types: [ByteString]
    var operands: [WeightOperand]
  }

  private static let standard: [ByteString] = ["", "ai.onnx"]
  private static let microsoft: [ByteString] = ["com.microsoft"]

  /// Convolution weights are [output, input / group, kernel...].
  private static let kernel = WeightOperand(index: 1, output: 0, reduction: 1)
  /// Matrices are [rows, inner] on the left and [inner, columns] on the right.
  private static let left = WeightOperand(index: 0, output: -2, reduction: -1)
  private static let right = WeightOperand(index: 1, output: -1, reduction: -2)

  private static let entries: [Entry] = [
    Entry(domains: standard, types: ["Conv", "DeformConv"], operands: [kernel]),
    Entry(
      domains: standard, types: ["ConvTranspose"],
      operands: [WeightOperand(index: 1, output: 1, reduction: 0, groups: "group")]),
    Entry(domains: standard, types: ["MatMul"], operands: [left, right]),
    Entry(
      domains: standard, types: ["Gemm"],
      operands: [left.with(transposed: "transA"), right.with(transposed: "transB")]),
    Entry(
      domains: standard, types: ["LSTM", "GRU", "RNN"],
      operands: [1, 2].map { WeightOperand(index: $0, output: 1, reduction: 2) }),
    Entry(
      domains: standard, types: ["ConvInteger"],
      operands: [kernel.quantized(zeroPoint: 3)]),
    Entry(
      domains: standard, types: ["MatMulInteger"],
      operands: [left.quantized(zeroPoint: 2), right.quantized(zeroPoint: 3)]),
    Entry(
      domains: standard, types: ["QLinearConv"],
      operands: [kernel.at(3).quantized(scale: 4, zeroPoint: 5)]),
    Entry(
      domains: standard + microsoft, types: ["QLinearMatMul"],
      operands: [
        left.quantized(scale: 1, zeroPoint: 2), right.at(3).quantized(scale: 4, zeroPoint: 5),
      ]),
    Entry(domains: microsoft, types: ["FusedConv"], operands: [kernel]),
    Entry(
      domains: microsoft, types: ["FusedGemm", "FusedMatMul", "TransposeMatMul"],
      operands: [left.with(transposed: "transA"), right.with(transposed: "transB")]),
    Entry(
      domains: microsoft, types: ["MatMulIntegerToFloat"],
      operands: [
        left.quantized(scale: 2, zeroPoint: 4), right.quantized(scale: 3, zeroPoint: 5),
      ]),
    Entry(
      domains: microsoft, types: ["DynamicQuantizeMatMul"],
      operands: [right.quantized(scale: 2, zeroPoint: 3)]),
    Entry(
      domains: microsoft, types: ["QGemm"],
      operands: [
        left.with(transposed: "transA").quantized(scale: 1, zeroPoint: 2),
        right.at(3).with(transposed: "transB").quantized(scale: 4, zeroPoint: 5),
      ]),
    Entry(domains: microsoft, types: ["Attention"], operands: [right]),
    Entry(
      domains: microsoft, types: ["QAttention"],
      operands: [right.quantized(scale: 4, zeroPoint: 7)]),
    Entry(
      domains: microsoft,
      types: ["MatMulNBits", "MatMulBnb4", "MatMulFpQ4", "GatherBlockQuantized"],
      operands: [right.packed]),
  ]

  private static let table: [ByteString: [Entry]] = Dictionary(
    grouping: entries.flatMap { entry in
      entry.types.map { ($0, entry) }
    }, by: \.0
  ).mapValues { $0.map(\.1) }

  /// The operands of a node that hold weights when they are constant.
  static func operands(of node: Node) -> [WeightOperand] {
    let entry = table[node.operatorType]?.first { $0.domains.contains(node.domain) }
    return entry?.operands ?? []
  }
}

extension WeightOperand {
  fileprivate func at(_ index: Int) -> WeightOperand {
    var copy = self
    copy.index = index
    return copy
  }

  fileprivate func with(transposed attribute: ByteString) -> WeightOperand {
    var copy = self
    copy.transposed = attribute
    return copy
  }

  fileprivate func quantized(scale: Int? = nil, zeroPoint: Int) -> WeightOperand {
    var copy = self
    copy.scale = scale
    copy.zeroPoint = zeroPoint
    copy.isInteger = true
    return copy
  }

  fileprivate var packed: WeightOperand {
    var copy = self
    copy.refusal = "several weights are packed into each element"
    return copy
  }
}
