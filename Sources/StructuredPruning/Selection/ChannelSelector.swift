internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// One request carried out on one model.
///
/// `operations` counts the multiplications when dimensions keep given counts.
struct ChannelSelector {
  let layouts: ParameterLayouts
  let request: ChannelPruningRequest
  let operations: (_ count: (DimensionID) -> Int) -> Int
  let groups: [ChannelGroup]
  private let rules: ChannelRules
  private let weights: [TensorID: PrunableWeight]

  init(
    _ layouts: ParameterLayouts, _ request: ChannelPruningRequest,
    operations: @escaping (_ count: (DimensionID) -> Int) -> Int
  ) throws {
    try request.validate()
    self.layouts = layouts
    self.request = request
    self.operations = operations
    groups = ChannelGroups(layouts).groups
    let found = try PrunableWeights(of: layouts.model).weights
    weights = Dictionary(found.map { ($0.tensor, $0) }, uniquingKeysWith: { first, _ in first })
    rules = ChannelRules(layouts, weights)
  }

  /// A dimension that may lose indices.
  struct Judged {
    /// The place among the groups.
    let group: Int
    let scores: ChannelScores
    /// What samples say; nil when only weights were looked at.
    let trace: ChannelTrace?
    /// A share of its own.
    let ratio: Double?
  }

  /// Chooses.
  ///
  /// - Throws: `ChannelSelectionError.targetUnreachable`, and what reading weights throws.
  func selection() throws -> ChannelSelection {
    var reasons = groups.map(reasonToStay)
    let evidence = try evidence(reasons)
    var judged = judged(by: evidence, &reasons)
    var scores = groups.map { _ in ChannelScores?.none }
    for item in judged { scores[item.group] = item.scores }
    var kept = try kept(of: judged)
    // What would only make the parameters more stays, and the others are chosen anew.
    while case let inflated = SharedConstants(layouts).inflated(by: kept, of: groups),
      !inflated.isEmpty
    {
      for group in inflated {
        reasons[group] = "it would take copies of constants that other layers keep whole"
      }
      judged.removeAll { inflated.contains($0.group) }
      kept = try self.kept(of: judged)
    }
    for item in judged where kept.masks[groups[item.group].id] == nil {
      reasons[item.group] = "no channel is to go, after rounding and limits"
    }
    let entries = groups.indices.map {
      ChannelEntry(groups[$0], in: layouts, scores[$0], kept, reasons[$0])
    }
    return ChannelSelection(
      kept: kept, entries: entries, warnings: warnings + evidence.warnings)
  }

  /// What stays of the dimensions that may lose indices.
  private func kept(of judged: [Judged]) throws -> KeptIndices {
    let ranking = ChannelRanking(
      judged.map(\.scores.values), classes: classes(of: judged), request.limits)
    var kept = KeptIndices()
    for (place, removed) in try removed(judged, ranking).enumerated() where removed > 0 {
      kept.masks[groups[judged[place].group].id] = KeptIndices.mask(
        without: judged[place].trace?.channels(goingFirst: removed)
          ?? ranking.orders[place].prefix(removed), of: ranking.orders[place].count)
    }
    return kept
  }

  /// What the weights say of those that may lose indices; nothing when samples say more.
  func evidence(_ reasons: [String?]) throws -> CollectedEvidence {
    let open = groups.indices.filter { reasons[$0] == nil && request.traces == nil }
    return try CollectedEvidence(on: Set(open.map { groups[$0].id }), layouts, weights, request)
  }

  /// Those without a reason to stay; what cannot be judged gets one.
  func judged(by evidence: CollectedEvidence, _ reasons: inout [String?]) -> [Judged] {
    var judged: [Judged] = []
    for index in groups.indices where reasons[index] == nil {
      let (group, ratio) = (groups[index], ownRatio(of: groups[index]))
      switch request.traces?.verdict(on: group.id) {
      case .trace(let trace)?:
        judged.append(Judged(group: index, scores: trace.scores, trace: trace, ratio: ratio))
      case .stays(let reason)?:
        reasons[index] = reason
      case nil:
        let evidence = evidence.evidence(on: group, number: index, request)
        guard let scores = request.criterion.scores(of: evidence) else {
          reasons[index] = "its weights cannot be read as numbers"
          continue
        }
        judged.append(Judged(group: index, scores: scores, trace: nil, ratio: ratio))
      }
    }
    return judged
  }

  // MARK: Who

  func reasonToStay(_ group: ChannelGroup) -> String? {
    switch group.standing {
    case .frozen(let reason): return layouts.text(of: reason)
    case .sibling where !(group.isBatched && request.headRatio != nil):
      return "it shares its axes with a dimension that is pruned"
    case .sibling, .candidate:
      guard rules.verdict(on: group, request.rules) != false else { return "not selected" }
      return takesNothing(of: group) ? "no channel is to go: its share is zero" : nil
    }
  }

  /// True when nothing can go, whatever a criterion says: finding that out can take long.
  private func takesNothing(of group: ChannelGroup) -> Bool {
    if let ratio = ownRatio(of: group) { return ratio == 0 }
    return request.goal == .ratio(0)
  }

  private func ownRatio(of group: ChannelGroup) -> Double? {
    if let share = rules.share(of: group, request.shares) { return share }
    return group.isBatched ? request.headRatio : nil
  }

  private var warnings: [String] {
    (request.rules.map(\.selector) + request.shares.map(\.selector))
      .filter { !rules.matchesAny($0, of: groups) }
      .map { "selector \"\(ByteString($0.description).escaped)\" matches no channels" }
  }

  // MARK: How many

  /// Which dimensions are ranked together; those with a share of their own are in classes alone.
  private func classes(of judged: [Judged]) -> [[Int]] {
    let alone = judged.indices.filter { judged[$0].ratio != nil || request.scope == .local }
    let others = judged.indices.filter { judged[$0].ratio == nil && request.scope != .local }
    var classes: [[Int]] = []
    var places: [GroupShape?: Int] = [:]
    for index in others {
      let shape =
        request.scope == .isomorphic
        ? GroupShape(of: groups[judged[index].group], in: layouts) : nil
      if let place = places[shape] {
        classes[place].append(index)
      } else {
        places[shape] = classes.count
        classes.append([index])
      }
    }
    return alone.map { [$0] } + classes
  }

  /// How many indices each dimension loses.
  private func removed(_ judged: [Judged], _ ranking: ChannelRanking) throws -> [Int] {
    var fixed: [Int: Int] = [:]
    for (index, item) in judged.enumerated() {
      if let ratio = item.ratio { fixed[index] = ranking.removed(at: ratio)[index] }
    }
    let removed = { (ratio: Double) in
      ranking.removed(at: ratio).enumerated().map { fixed[$0.offset] ?? $0.element }
    }
    if case .ratio(let ratio) = request.goal, request.traces == nil || !request.isSharedOut {
      return removed(ratio)
    }
    let ids = judged.map { groups[$0.group].id }
    let cost = ChannelCost(layouts, changing: Set(ids))
    // A constant that may come to need copies is one now.
    let whole = value(of: ChannelCost(layouts, changing: []), ids, judged.map { _ in 0 })
    let most = removed(1)
    let limit = request.goal.kept * whole
    let found =
      request.traces == nil
      ? TargetSearch.ratio(target: limit) { value(of: cost, ids, removed($0)) }.map(removed)
      : allocation(judged, ranking, fixed, most).removed(limit: limit) { value(of: cost, ids, $0) }
    guard let found else {
      throw ChannelSelectionError.targetUnreachable(
        goal: request.goal.noun, target: request.goal.kept,
        reachable: whole > 0 ? value(of: cost, ids, most) / whole : 1)
    }
    return found
  }

  /// What samples say, and the counts that rounding and limits leave up to `most`.
  private func allocation(
    _ judged: [Judged], _ ranking: ChannelRanking, _ fixed: [Int: Int], _ most: [Int]
  ) -> TraceAllocation {
    TraceAllocation(
      losses: judged.map { $0.trace?.weightedLosses ?? [] },
      counts: judged.indices.map { index in
        let size = ranking.orders[index].count
        return fixed[index].map { [$0] }
          ?? (0...most[index]).filter { request.limits.rounded($0, of: size) == $0 }
      })
  }

  private func value(of cost: ChannelCost, _ ids: [DimensionID], _ removed: [Int]) -> Double {
    let lost = Dictionary(zip(ids, removed), uniquingKeysWith: { first, _ in first })
    let count = { (id: DimensionID) in layouts.table[id].size - (lost[id] ?? 0) }
    return switch request.goal {
    case .ratio: Double(ids.reduce(0) { $0 + count($1) })
    case .parameters: cost.parameters(keeping: count)
    case .bytes: cost.bytes(keeping: count)
    case .operations: Double(operations(count))
    }
  }
}

extension KeptIndices {
  /// True for what stays when some of so many indices go.
  fileprivate static func mask(without gone: ArraySlice<Int>, of count: Int) -> [Bool] {
    var mask = Array(repeating: true, count: count)
    for index in gone { mask[index] = false }
    return mask
  }
}

extension ChannelPruningGoal {
  /// The share of what it counts that stays.
  fileprivate var kept: Double {
    if case .ratio(let share) = self { return 1 - share }
    return share
  }

  /// What it counts.
  fileprivate var noun: String {
    switch self {
    case .ratio: "channels"
    case .parameters: "parameters"
    case .operations: "operations"
    case .bytes: "bytes"
    }
  }
}
