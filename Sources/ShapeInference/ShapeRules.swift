internal import ByteStorage
internal import ModelGraph

/// What an operator does to shapes and, where it takes part in computing them, to numbers.
public protocol ShapeRule: Sendable {
  /// The operators, in the standard domain unless written `domain.Name`.
  var operators: [String] { get }

  /// What is known of the outputs; nil for one that cannot be told.
  ///
  /// - Throws: `ShapeError` when nothing can be told.
  func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?]
}

/// The operators whose shapes can be told.
public enum ShapeRules {
  /// All rules, by family.
  public static let all: [any ShapeRule] = [
    ArithmeticRule(), UnaryRule(), ComparisonRule(), WhereRule(), CastRule(), NormalizationRule(),
    ConvolutionRule(), TransposedConvolutionRule(), PoolingRule(), GlobalPoolingRule(),
    MatrixProductRule(), GemmRule(), EinsumRule(), ShapeSourceRule(), FillRule(), RangeRule(),
    ReshapeRule(), FlattenRule(), TransposeRule(), SqueezeRule(), ExpandRule(), TileRule(),
    ConcatRule(), SplitRule(), SliceRule(), GatherRule(), GatherElementsRule(), GatherNDRule(),
    ScatterRule(), PadRule(), ResizeRule(), DepthSpaceRule(), ReductionRule(), ArgumentRule(),
    TopKRule(), NonZeroRule(), OneHotRule(), RecurrentRule(), AttentionRule(), QuantizationRule(),
    SamplingRule(), BranchRule(),
  ]

  private static let byName: [ByteString: any ShapeRule] = Dictionary(
    all.flatMap { rule in rule.operators.map { (ByteString($0), rule) } },
    uniquingKeysWith: { first, _ in first })

  /// What is known of a node's outputs.
  ///
  /// - Throws: `ShapeError` when nothing can be told.
  public static func infer(_ call: OperatorCall) throws(ShapeError) -> [TensorFacts?] {
    let node = call.node
    let name =
      node.isStandard
      ? node.operatorType
      : ByteString(node.domain.bytes + [UInt8(ascii: ".")] + node.operatorType.bytes)
    guard let rule = byName[name] else { throw .noRule(name.escaped) }
    guard call.inputs.allSatisfy({ $0.map { TensorFacts.isPossible($0.shape) } ?? true }) else {
      throw .tooLarge
    }
    return try rule.infer(call)
  }
}
