internal import ByteStorage
internal import ModelGraph

/// A dimension that weights have: what is removed and kept together.
struct ChannelGroup: Sendable {
  /// An axis of a constant that carries the dimension.
  struct Member: Hashable, Sendable {
    /// The place in the list of uses.
    let use: Int
    let axis: Int
  }

  /// Whether indices may go.
  enum Standing: Hashable, Sendable {
    case candidate
    /// It shares axes with a dimension that is a candidate: both together would shrink them twice.
    case sibling
    case frozen(FreezeReason)
  }

  let id: DimensionID
  /// How many indices there are.
  let size: Int
  /// Every axis that carries it, of weights and of all other constants.
  let members: [Member]
  fileprivate(set) var standing: Standing
  /// The node that makes removal approximate; nil when it is exact.
  let mixedBy: NodeID?
  /// True for heads and whatever else is computed side by side.
  let isBatched: Bool

  /// True when no index may go.
  var isFrozen: Bool {
    guard case .frozen = standing else { return false }
    return true
  }
}

/// All dimensions that weights have, in the order of their making.
struct ChannelGroups: Sendable {
  private(set) var groups: [ChannelGroup]

  init(_ layouts: ParameterLayouts) {
    var members: [DimensionID: [ChannelGroup.Member]] = [:]
    var ofWeights: Set<DimensionID> = []
    var products = SiblingProducts()
    for (index, use) in layouts.uses.enumerated() {
      for (axis, layout) in use.axes.enumerated() {
        let layout = layouts.table.resolved(layout)
        let member = ChannelGroup.Member(use: index, axis: axis)
        for id in layout.dimensions where members[id]?.last != member {
          members[id, default: []].append(member)
          if use.role == .weight { ofWeights.insert(id) }
        }
        products.add(layout)
      }
    }
    let channels = ofWeights.filter { layouts.table[$0].frozen?.isStructural != true }
    groups = channels.sorted().map { id in
      let entry = layouts.table[id]
      return ChannelGroup(
        id: id, size: entry.size, members: members[id] ?? [],
        standing: entry.frozen.map { .frozen($0) } ?? .sibling, mixedBy: entry.mixedBy,
        isBatched: entry.isBatched)
    }
    chooseCandidates(&products)
  }

  /// A greedy independent set: heads last, large dimensions first, then early ones.
  private mutating func chooseCandidates(_ products: inout SiblingProducts) {
    let free = groups.indices.filter { groups[$0].standing == .sibling }
    let order = free.sorted { left, right in
      let (left, right) = (groups[left], groups[right])
      if left.isBatched != right.isBatched { return right.isBatched }
      return left.size == right.size ? left.id < right.id : left.size > right.size
    }
    for index in order where !products.hasChosenSibling(groups[index].id) {
      products.choose(groups[index].id)
      groups[index].standing = .candidate
    }
  }
}
