public import ByteStorage
public import ModelGraph

/// A node that reads a tensor as its weight.
public struct WeightReader: Hashable, Sendable {
  /// Where it stands.
  public let node: NodeID
  /// The node's name, or that of its first output when it has none.
  public let name: ByteString
  /// Its operator.
  public let operatorType: ByteString

  package init(_ id: NodeID, in model: Model) {
    let node = model[id]
    self.node = id
    name = node.name.isEmpty ? node.outputs.first ?? "" : node.name
    operatorType = node.operatorType
  }
}

/// Which stored elements of a weight are summed together, and which make different outputs.
public struct WeightLayout: Hashable, Sendable {
  /// The axis the operator sums over.
  public let reduction: StridedAxis
  /// The axis whose entries make different outputs; nil when there is one output.
  public let output: StridedAxis?

  /// True when the sum runs over the slower of the two axes: stored rows are inputs, not outputs.
  public var isTransposed: Bool { output.map { reduction.stride > $0.stride } ?? false }
}

/// The scale and zero point that belong to stored integers.
public struct Quantization: Hashable, Sendable {
  /// How the values of scale and zero point are spread over the weight.
  public enum Spread: Hashable, Sendable {
    /// One value for the whole tensor.
    case whole
    /// One value for each entry of an axis.
    case axis(StridedAxis)
    /// One value for each run of `block` entries of an axis, at each place beside the axis.
    case blocks(StridedAxis, block: Int)
  }

  /// The tensor of scales; nil when the operator has none.
  public let scale: TensorID?
  /// The tensor of zero points; nil when they are 0.
  public let zeroPoint: TensorID?
  /// How they are spread.
  public let spread: Spread
}

/// Why a weight must not be pruned.
public struct WeightRefusal: Error, Hashable {
  /// The reason, as the end of a sentence about the tensor.
  public let reason: String
  /// True when the model is at fault, so that the user should know.
  public let isDefect: Bool

  init(_ reason: String, isDefect: Bool = false) {
    self.reason = reason
    self.isDefect = isDefect
  }
}

/// A tensor that operators read as weights.
public struct PrunableWeight: Sendable {
  /// The tensor.
  public let tensor: TensorID
  /// The nodes that read it as weights, in the order of the graphs.
  public let readers: [WeightReader]
  /// How its elements are used; nil when that cannot be told, which only patterns mind.
  public let layout: WeightLayout?
  /// Why there is no layout.
  public let layoutRefusal: WeightRefusal?
  /// How its integers stand for numbers; nil when they stand for themselves.
  public let quantization: Quantization?
  /// Why it must not be pruned at all; nil when it may.
  public let refusal: WeightRefusal?
  /// The operators that read it otherwise, such as the Gather of a tied embedding.
  public let otherReaders: Set<ByteString>
  /// True when it is also an input of the model, so that whoever runs it may give other weights.
  public let isOverridable: Bool
}
