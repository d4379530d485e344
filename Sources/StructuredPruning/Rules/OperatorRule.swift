internal import ByteStorage
internal import ModelGraph

/// What an operator says about the axes of its values, and what it needs when they shrink.
///
/// An operator without a rule freezes everything it touches.
protocol OperatorRule: Sendable {
  /// The operators, in the standard domain unless written `domain.Name`.
  var operators: [String] { get }

  /// Gives the outputs layouts and states equations; an output left without makes everything stay.
  func relate(_ node: NodeContext, in structure: inout Structure)

  /// The attributes that change when axes shrink.
  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)]

  /// Attributes that must go because an input of the changed node says it now.
  func obsoleteAttributes(of node: Node) -> [ByteString]

  /// What the inputs that hold shapes, sizes or places must say when axes shrink, by input.
  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement]
}

extension OperatorRule {
  func attributes(_ change: NodeChange) -> [(name: ByteString, value: AttributeValue)] { [] }
  func obsoleteAttributes(of node: Node) -> [ByteString] { [] }
  func arguments(_ change: NodeChange) -> [Int: ArgumentRequirement] { [:] }
}

/// What an input that holds numbers must say after removal.
struct ArgumentRequirement: Sendable {
  /// Numbers that do.
  let elements: [Int]
  /// True for numbers that do as well, such as `-1` for a size that can be inferred.
  let accepts: @Sendable ([Int]) -> Bool

  init(_ elements: [Int], accepts: (@Sendable ([Int]) -> Bool)? = nil) {
    self.elements = elements
    self.accepts = accepts ?? { $0 == elements }
  }
}

/// A node whose values have shrunk.
struct NodeChange {
  /// The node as it was, under one assignment of the dynamic dimensions.
  let context: NodeContext
  /// The shapes of the inputs after removal.
  let newInputs: [[Int]?]
  /// The shapes of the outputs after removal.
  let newOutputs: [[Int]?]
  /// For each axis of each input, how many of the positions below one stay.
  let keptBelow: @Sendable (_ input: Int, _ axis: Int, _ position: Int) -> Int

  /// The new size of an input's axis, counted from the end when negative.
  func newSize(input index: Int, axis: Int) -> Int? {
    guard let shape = newShape(input: index),
      let axis = context.axis(axis, rank: shape.count)
    else { return nil }
    return shape[axis]
  }

  /// The new shape of an input.
  func newShape(input index: Int) -> [Int]? {
    newInputs.indices.contains(index) ? newInputs[index] : nil
  }

  /// The new shape of an output.
  func newShape(output index: Int = 0) -> [Int]? {
    newOutputs.indices.contains(index) ? newOutputs[index] : nil
  }
}

/// The operators that channels are followed through.
enum OperatorRules {
  /// All rules, by family.
  static let all: [any OperatorRule] = [
    ConvolutionRule(), TransposedConvolutionRule(), QuantizedConvolutionRule(), GemmRule(),
    MatrixProductRule(), EinsumRule(), RecurrentRule(), AttentionRule(), ElementwiseRule(),
    QuantizedElementwiseRule(), ViewRule(), QuantizationRule(), DynamicQuantizationRule(),
    ChannelNormalizationRule(), LayerNormalizationRule(), SkipNormalizationRule(),
    GroupNormalizationRule(), AxisNormalizationRule(), PoolingRule(), ReductionRule(),
    ReshapeRule(), AxisCountRule(), TransposeRule(), ExpandRule(), TileRule(), ConcatRule(),
    SplitRule(), SliceRule(), PadRule(), DepthSpaceRule(), ResizeRule(), GatherRule(),
    DataIndexedRule(), CoordinateRule(), FillRule(), SamplingRule(), TriangleRule(),
  ]

  private static let byName: [ByteString: any OperatorRule] = Dictionary(
    all.flatMap { rule in rule.operators.map { (ByteString($0), rule) } },
    uniquingKeysWith: { first, _ in first })

  static func rule(for node: Node) -> (any OperatorRule)? {
    guard !node.isStandard else { return byName[node.operatorType] }
    return byName[ByteString(node.domain.bytes + [UInt8(ascii: ".")] + node.operatorType.bytes)]
  }
}
