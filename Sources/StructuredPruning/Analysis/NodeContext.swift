public import ByteStorage
public import ModelGraph
public import ShapeInference

/// A node of the main graph and what is known of its values before anything is removed.
public struct NodeContext: Sendable {
  /// Its place.
  public let id: NodeID
  /// The node.
  public let node: Node
  /// The version of its operator's set.
  public let version: Int
  /// What is known of its inputs; nil for one that is left out or unknown.
  public let inputs: [TensorFacts?]
  /// What is known of its outputs; nil for one that is left out or unknown.
  public let outputs: [TensorFacts?]

  /// The rank of an input; nil when the input is left out or unknown.
  public func rank(input index: Int) -> Int? { shape(input: index)?.count }

  /// The shape of an input; nil when the input is left out or unknown.
  public func shape(input index: Int) -> [Int]? {
    inputs.indices.contains(index) ? inputs[index]?.shape : nil
  }

  /// The shape of an output; nil when the output is left out or unknown.
  public func shape(output index: Int) -> [Int]? {
    outputs.indices.contains(index) ? outputs[index]?.shape : nil
  }

  /// The whole-number elements of an input, when they are known.
  public func integers(input index: Int) -> [Int]? {
    guard inputs.indices.contains(index), case .integers(let values)? = inputs[index]?.elements
    else { return nil }
    return values
  }

  /// An axis counted from the end when negative; nil when there is no such axis.
  public func axis(_ axis: Int, rank: Int) -> Int? {
    let index = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(index) ? index : nil
  }

  /// The list of integers an attribute holds, if there is one.
  public func integers(attribute name: ByteString) -> [Int]? {
    guard case .ints(let values)? = node.attribute(name) else { return nil }
    return values.map(Int.init)
  }
}
