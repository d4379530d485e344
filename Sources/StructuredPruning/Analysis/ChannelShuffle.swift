internal import ByteStorage
internal import ModelGraph

/// A Reshape, a Transpose and a Reshape that deal the channels of several groups out in turn.
///
/// Seen as three operators the groups would have to lose the same channels, block after block until
/// none may go. Seen as one permutation each channel is free: what is left of it is a Gather.
struct ChannelShuffle: Sendable {
  /// The three nodes, in order.
  let nodes: [NodeID]
  /// The value that is shuffled, channels on axis 1.
  let input: ByteString
  let groups: Int
  /// The layout of the channels before.
  let before: AxisLayout

  /// Where each channel that stays comes from, among those that stay; nil when all do.
  func indices(_ structure: Structure, _ kept: KeptIndices) -> [Int]? {
    guard let mask = structure.table.mask(of: before, kept) else { return nil }
    var places: [Int] = []
    for stays in mask { places.append((places.last ?? 0) + (stays ? 1 : 0)) }
    let length = mask.count / groups
    return (0..<mask.count).compactMap { position in
      let source = position % groups * length + position / groups
      return mask[source] ? places[source] - 1 : nil
    }
  }
}

extension ChannelShuffle {
  /// Channels that one permutation is written out for; no network has as many.
  private static let maximumCount = 1 << 20

  /// The shuffle that a Reshape begins, when it does.
  ///
  /// `readers` are for each value of the main graph the nodes that read it.
  static func starting(
    at first: NodeContext, _ contexts: [NodeContext], readers: [ByteString: [Int]],
    _ structure: inout Structure
  ) -> ChannelShuffle? {
    guard first.node.operatorType == "Reshape", first.node.isStandard,
      let shape = first.shape(input: 0), let split = first.shape(output: 0), shape.count >= 3,
      split.count == shape.count + 1, split[0] == shape[0], split[1] > 1, split[2] > 1,
      split[1] * split[2] == shape[1], split[3...] == shape[2...],
      let second = onlyReader(of: first, contexts, readers),
      second.node.operatorType == "Transpose", let order = second.integers(attribute: "perm"),
      order == [0, 2, 1] + Array(3..<split.count),
      let third = onlyReader(of: second, contexts, readers),
      third.node.operatorType == "Reshape", third.shape(output: 0) == shape,
      third.node.inputs.first == second.node.outputs.first,
      shape[1] <= maximumCount, let axes = structure.axes(first, input: 0)
    else { return nil }
    return ChannelShuffle(
      nodes: [first.id, second.id, third.id], input: first.node.inputs[0], groups: split[1],
      before: axes[1])
  }

  private static func onlyReader(
    of node: NodeContext, _ contexts: [NodeContext], _ readers: [ByteString: [Int]]
  ) -> NodeContext? {
    guard let name = node.node.outputs.first, let indices = readers[name], indices.count == 1,
      contexts.indices.contains(indices[0])
    else { return nil }
    return contexts[indices[0]]
  }
}
