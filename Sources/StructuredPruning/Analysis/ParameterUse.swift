internal import ByteStorage
internal import ModelGraph

/// A constant as one node reads it.
///
/// Exporters share equal constants, so each reading has layouts of its own: what two nodes share by
/// accident does not tie them to each other.
struct ParameterUse: Sendable {
  /// What a constant is to its reader.
  enum Role: Sendable {
    /// A matrix or kernel, by which channels are judged.
    case weight
    /// The factor of a batch normalisation.
    case scale
    /// Anything else: biases, tables, statistics.
    case other
  }

  let tensor: TensorID
  /// The name the node knows it by: an initializer's, or a Constant node's output.
  let name: ByteString
  let node: NodeID
  let input: Int
  let axes: [AxisLayout]
  var role = Role.other
  /// The layouts that the reader sums over: removal leaves out what it would have added.
  var summed: [AxisLayout] = []
}

/// One input of one node.
struct InputPlace: Hashable, Sendable {
  let node: NodeID
  let input: Int
}

/// The layouts of a value, and the constant that it is when only moved.
struct TracedValue: Sendable {
  var axes: [AxisLayout]
  /// The use of a constant that the value shows in another shape or type.
  var source: Int?
}
