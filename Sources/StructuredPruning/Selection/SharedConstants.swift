internal import ModelGraph

/// Constants that several nodes read, and what it costs when these come to need different parts.
struct SharedConstants {
  /// More groups than this are not weighed one by one.
  private static let maximumCount = 256

  private let layouts: ParameterLayouts
  private let shared: Set<TensorID>

  init(_ layouts: ParameterLayouts) {
    self.layouts = layouts
    var seen: Set<TensorID> = []
    var shared: Set<TensorID> = []
    for use in layouts.uses where !seen.insert(use.tensor).inserted { shared.insert(use.tensor) }
    self.shared = shared
  }

  /// The groups, by place, whose removal makes the parameters more rather than fewer, because of the
  /// copies it takes.
  func inflated(by kept: KeptIndices, of groups: [ChannelGroup]) -> [Int] {
    var changing = Set(kept.masks.keys)
    let suspects = groups.indices.filter { index in
      kept.masks[groups[index].id] != nil
        && groups[index].members.contains { shared.contains(layouts.uses[$0.use].tensor) }
    }
    guard suspects.count <= Self.maximumCount else { return [] }
    var inflated: [Int] = []
    for index in suspects {
      let with = parameters(kept, changing)
      let without = parameters(kept, changing.subtracting([groups[index].id]))
      guard without <= with else { continue }
      changing.remove(groups[index].id)
      inflated.append(index)
    }
    return inflated
  }

  private func parameters(_ kept: KeptIndices, _ changing: Set<DimensionID>) -> Double {
    ChannelCost(layouts, changing: changing).parameters { id in
      changing.contains(id)
        ? kept.count(id, of: layouts.table[id].size) : layouts.table[id].size
    }
  }
}
