public import ByteStorage
public import ModelGraph

/// A dimension that may lose indices, and the weights that sum over it.
public struct ChannelCandidate: Sendable {
  /// An axis of a weight over which its reader sums.
  public struct Consumer: Sendable {
    /// The weight.
    public let tensor: TensorID
    /// The axis.
    public let axis: Int
    /// For each position of the axis its index of the dimension; nil for positions of others.
    public let channels: [Int?]
  }

  /// The dimension.
  public let dimension: DimensionID
  /// How many indices there are.
  public let size: Int
  /// The node that makes them.
  public let layer: ByteString
  /// How much each matters by the request's criterion.
  public let scores: [Double]
  /// True when two values are added that both have the dimension, as in a residual stream.
  public let isResidual: Bool
  /// The weights that sum over it.
  public let consumers: [Consumer]
}

extension Model {
  /// The dimensions from which a request would take indices.
  ///
  /// - Throws: `ChannelSelectionError` for a request that makes no sense, `GraphDefect` for a graph that
  ///   cannot run, and what reading weights throws.
  public func channelCandidates(
    _ request: ChannelPruningRequest
  ) throws -> [ChannelCandidate] {
    try ChannelPruner(self).candidates(request)
  }
}

extension ChannelPruner {
  fileprivate func candidates(_ request: ChannelPruningRequest) throws -> [ChannelCandidate] {
    let residual = structure.residualDimensions
    let layouts = layouts
    let selector = try ChannelSelector(layouts, request) { _ in 0 }
    var reasons = selector.groups.map(selector.reasonToStay)
    let judged = selector.judged(by: try selector.evidence(reasons), &reasons)
    return judged.map { item in
      let group = selector.groups[item.group]
      let entry = ChannelEntry(group, in: layouts, item.scores, KeptIndices(), nil)
      return ChannelCandidate(
        dimension: group.id, size: group.size, layer: entry.reader, scores: item.scores.values,
        isResidual: residual.contains(group.id),
        consumers: group.members.filter { member in
          layouts.uses[member.use].role == .weight && layouts.isContracted(member.use, member.axis)
        }.map { member in
          let use = layouts.uses[member.use]
          return ChannelCandidate.Consumer(
            tensor: use.tensor, axis: member.axis,
            channels: layouts.table.indices(of: group.id, in: use.axes[member.axis]))
        })
    }
  }
}

extension Structure {
  /// The dimensions of which two values that are added both have the indices.
  fileprivate var residualDimensions: Set<DimensionID> {
    var found: Set<DimensionID> = []
    for node in model[.main].nodes where ["Add", "Sum"].contains(node.operatorType) {
      var seen: Set<DimensionID> = []
      for value in node.inputs.compactMap({ values[$0] }) where value.source == nil {
        let own = Set(value.axes.flatMap { table.resolved($0).dimensions })
        found.formUnion(own.intersection(seen))
        seen.formUnion(own)
      }
    }
    return found
  }

  /// Which positions of each constant stay.
  func keptPositions(_ kept: KeptIndices) -> [TensorID: [[Bool]?]] {
    var result: [TensorID: [[Bool]?]] = [:]
    for use in uses {
      let masks = use.axes.map { table.mask(of: $0, kept) }
      if masks.contains(where: { $0 != nil }) { result[use.tensor] = masks }
    }
    return result
  }
}

extension DimensionTable {
  /// For each position of an axis the index of a dimension that it has; nil where it has none.
  func indices(of id: DimensionID, in layout: AxisLayout) -> [Int?] {
    let layout = resolved(layout)
    guard layout.dimensions.contains(id) else { return Array(repeating: nil, count: size(layout)) }
    return indices(of: id, inResolved: layout)
  }

  private func indices(of id: DimensionID, inResolved layout: AxisLayout) -> [Int?] {
    layout.segments.flatMap { segment in
      segment.reduce(into: [Int?.none]) { positions, factor in
        let digits = indices(of: id, in: factor)
        positions = positions.flatMap { outer in digits.map { $0 ?? outer } }
      }
    }
  }

  private func indices(of id: DimensionID, in factor: AxisLayout.Factor) -> [Int?] {
    switch factor {
    case .fixed(let size): return Array(repeating: nil, count: size)
    case .dimension(let other):
      return (0..<size(factor)).map { other == id ? $0 : nil }
    case .sum(let layout): return indices(of: id, inResolved: layout)
    case .interleaved(let parts):
      let known = parts.map { indices(of: id, inResolved: $0) }
      return (0..<size(factor)).map { known[$0 % parts.count][$0 / parts.count] }
    }
  }
}
