public import ModelGraph

extension Model {
  /// The sets of channels of a model, which of them may lose some, and why the others may not.
  ///
  /// No weight is read.
  ///
  /// - Throws: `GraphDefect` for a graph that cannot run.
  public func channelGroups() throws(GraphDefect) -> [ChannelPruningReport.Group] {
    try ChannelPruner(self).analysis().groups
  }
}

extension ChannelPruner {
  /// What selection would start from, as a report of nothing removed.
  func analysis() -> ChannelPruningReport {
    let layouts = ParameterLayouts(structure)
    var selection = ChannelSelection()
    selection.entries = ChannelGroups(layouts).groups.map { group in
      let reason: String? =
        switch group.standing {
        case .candidate: nil
        case .sibling: "it shares its axes with a dimension that is pruned"
        case .frozen(let reason): layouts.text(of: reason)
        }
      return ChannelEntry(group, in: layouts, nil, KeptIndices(), reason)
    }
    return ChannelPruningReport(structure, selection, nil)
  }
}
