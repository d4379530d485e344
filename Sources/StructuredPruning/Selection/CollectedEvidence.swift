internal import ModelGraph
internal import Pruning

/// What the weights say about dimensions: their contents, read once and spread over the indices.
struct CollectedEvidence: Sendable {
  private struct Key: Hashable {
    let dimension: DimensionID
    let place: TensorAxis
  }

  private var weights: [DimensionID: [ChannelEvidence.Member]] = [:]
  private var scales: [DimensionID: [ChannelEvidence.Member]] = [:]
  let warnings: [String]

  /// Reads the weights that have some of the dimensions.
  init(
    on dimensions: Set<DimensionID>, _ layouts: ParameterLayouts,
    _ known: [TensorID: PrunableWeight], _ request: ChannelPruningRequest
  ) throws {
    let members = Self.members(of: dimensions, layouts)
    let scores = try AxisScores(
      of: request.criterion.measures.isEmpty ? [] : Set(members.map { layouts.place(of: $0) }),
      in: layouts.model, known, measuring: request.criterion.measures, threads: request.threads)
    warnings = scores.warnings
    var counted: Set<Key> = []
    for member in members {
      let use = layouts.uses[member.use]
      let place = layouts.place(of: member)
      let layout = layouts.table.resolved(use.axes[member.axis])
      for (id, said) in Self.spread(scores, at: place, layout, layouts.table)
      where counted.insert(Key(dimension: id, place: place)).inserted {
        if use.role == .weight { weights[id, default: []].append(said) }
        if use.role == .scale { scales[id, default: []].append(said) }
      }
    }
  }

  /// What a criterion gets to see.
  func evidence(
    on group: ChannelGroup, number: Int, _ request: ChannelPruningRequest
  ) -> ChannelEvidence {
    ChannelEvidence(
      number: number, size: group.size, seed: request.seed, weights: weights[group.id] ?? [],
      scales: scales[group.id] ?? [], aggregation: request.aggregation)
  }

  private static func members(
    of dimensions: Set<DimensionID>, _ layouts: ParameterLayouts
  ) -> [ChannelGroup.Member] {
    layouts.uses.indices.filter { layouts.uses[$0].role != .other }.flatMap { use in
      layouts.uses[use].axes.indices.filter { axis in
        layouts.table.resolved(layouts.uses[use].axes[axis]).dimensions
          .contains(where: dimensions.contains)
      }.map { ChannelGroup.Member(use: use, axis: $0) }
    }
  }

  private static func spread(
    _ scores: AxisScores, at place: TensorAxis, _ layout: AxisLayout, _ table: DimensionTable
  ) -> [DimensionID: ChannelEvidence.Member] {
    let sums = scores.sums[place]
    let parts = [sums?.magnitudes, sums?.squares, scores.distances[place]].map { positions in
      guard let positions, positions.count == table.size(layout) else {
        return [DimensionID: [Double]]()
      }
      return table.marginals(of: layout, positions)
    }
    var found: [DimensionID: ChannelEvidence.Member] = [:]
    for id in Set(layout.dimensions) where parts.contains(where: { $0[id] != nil }) {
      found[id] = ChannelEvidence.Member(
        magnitudes: parts[0][id] ?? [], squares: parts[1][id] ?? [], distances: parts[2][id] ?? [])
    }
    return found
  }
}

extension ParameterLayouts {
  /// The stored axis a member is.
  func place(of member: ChannelGroup.Member) -> TensorAxis {
    TensorAxis(tensor: uses[member.use].tensor, axis: member.axis)
  }
}
