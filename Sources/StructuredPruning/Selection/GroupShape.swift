internal import ByteStorage
internal import ModelGraph

/// What the weights of a dimension look like; dimensions with equal ones can be ranked together.
struct GroupShape: Hashable, Sendable {
  /// One weight: its reader's operator, its shape, and the axis that has the dimension.
  private struct Part: Hashable, Comparable {
    let operatorType: ByteString
    let shape: [Int]
    let axis: Int

    static func < (left: Part, right: Part) -> Bool {
      if left.operatorType != right.operatorType { return left.operatorType < right.operatorType }
      if left.shape != right.shape { return left.shape.lexicographicallyPrecedes(right.shape) }
      return left.axis < right.axis
    }
  }

  private let size: Int
  private let parts: [Part]

  init(of group: ChannelGroup, in layouts: ParameterLayouts) {
    size = group.size
    parts = group.members.filter { layouts.uses[$0.use].role == .weight }.map { member in
      let use = layouts.uses[member.use]
      return Part(
        operatorType: layouts.model[use.node].operatorType,
        shape: layouts.model[use.tensor].shape.dimensions, axis: member.axis)
    }.sorted()
  }
}
