internal import Pruning
internal import Reconstruction
internal import StructuredPruning

extension PruneStep {
  /// What is asked of the pruner.
  ///
  /// - Throws: `PruningError` for a criterion that does not exist.
  func request() throws(PruningError) -> PruningRequest {
    PruningRequest(
      goal: goal, criterion: try SaliencyCriteria.named(criterion),
      rules: rules(only: only, except: except), shares: operatorShares + nameShares, seed: seed)
  }

  private var goal: PruningGoal {
    if let threshold { return .threshold(threshold) }
    if let block { return .blocks(block, sparsity: sparsity ?? 0, scope) }
    return .sparsity(sparsity ?? 0, scope)
  }
}

extension PatternStep {
  /// What is asked of the pruner.
  ///
  /// - Throws: `PruningError` for a criterion that does not exist.
  func request() throws(PruningError) -> PruningRequest {
    PruningRequest(
      goal: .groups(keep), criterion: try SaliencyCriteria.named(criterion),
      rules: rules(only: only, except: except), seed: seed)
  }
}

extension ChannelStep {
  /// True when more than dead channels goes.
  var isSelecting: Bool {
    goal != nil || heads != nil || !operatorShares.isEmpty || !nameShares.isEmpty
  }

  /// What is asked of the pruner; nil when nothing but dead channels goes.
  ///
  /// - Throws: `ChannelSelectionError` for a criterion that does not exist.
  func request() throws(ChannelSelectionError) -> ChannelPruningRequest? {
    guard isSelecting else { return nil }
    var request = ChannelPruningRequest(goal: goal ?? .ratio(0))
    request.headRatio = heads
    if let criterion, calibratedCriterion == nil {
      request.criterion = try ChannelCriteria.named(criterion)
    }
    request.scope = scope
    request.roundTo = roundTo
    request.minimumChannels = minimumChannels
    request.rules = rules(only: only, except: except)
    request.shares = operatorShares + nameShares
    request.foldsBiases = foldsBiases
    request.seed = seed
    return request
  }

  /// What orders channels by what layers read; nil for a criterion that looks at weights alone.
  var calibratedCriterion: (any CalibratedChannelCriterion)? {
    let name = criterion ?? (calibration.isWanted ? EliminationCriterion().name : "")
    return CalibratedChannelCriteria.all.first { $0.name == name }
  }

  private var goal: ChannelPruningGoal? {
    share.map { .ratio($0) } ?? targetParameters.map { .parameters($0) }
      ?? targetMacs.map { .operations($0) } ?? targetBytes.map { .bytes($0) }
  }
}

extension PruneStep {
  /// True when the seed changes anything.
  var usesSeed: Bool { SaliencyCriteria.all.contains { $0.name == criterion && $0.usesSeed } }
}

extension PatternStep {
  /// True when the seed changes anything.
  var usesSeed: Bool { SaliencyCriteria.all.contains { $0.name == criterion && $0.usesSeed } }
}

extension ChannelStep {
  /// True when the seed changes anything.
  var usesSeed: Bool { ChannelCriteria.all.contains { $0.name == criterion && $0.usesSeed } }
}

/// What is left out stays left out, whatever `only` says.
private func rules(only: [Selector], except: [Selector]) -> [SelectionRule] {
  only.map { SelectionRule($0, includes: true) } + except.map { SelectionRule($0, includes: false) }
}
