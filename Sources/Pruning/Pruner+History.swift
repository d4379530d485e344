internal import ByteStorage
internal import ModelGraph

extension Pruner {
  /// What the history says of this request.
  var historyEntry: HistoryEntry {
    var settings = [HistoryEntry.Setting("criterion", request.criterion.name)]
    switch request.goal {
    case .sparsity(let share, let scope):
      settings.append(.init("sparsity", "\(share)"))
      settings.append(.init("scope", scope.rawValue))
    case .threshold(let limit):
      settings.append(.init("threshold", "\(limit)"))
    case .groups(let pattern):
      settings.append(.init("pattern", "\(pattern.kept):\(pattern.group)"))
    case .blocks(let pattern, let share, let scope):
      settings.append(.init("block", "\(pattern.rows)x\(pattern.columns)"))
      settings.append(.init("sparsity", "\(share)"))
      settings.append(.init("scope", scope.rawValue))
    }
    for own in request.shares {
      settings.append(.init("sparsity of \(own.selector.description)", "\(own.share)"))
    }
    if request.criterion.usesSeed { settings.append(.init("seed", "\(request.seed)")) }
    if !request.rules.isEmpty {
      let rules = request.rules.map {
        ($0.includes ? "only " : "except ") + $0.selector.description
      }
      settings.append(.init("tensors", rules.joined(separator: ", ")))
    }
    return HistoryEntry(
      action: "prune", settings: settings, weightCount: report.elementCount,
      zerosBefore: report.zerosBefore, zerosAfter: report.zerosAfter)
  }
}
