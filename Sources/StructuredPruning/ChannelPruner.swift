internal import ByteStorage
public import ModelGraph
internal import Pruning
internal import ShapeInference

extension Model {
  /// Removes the channels, heads and hidden units that matter least, and fits everything downstream.
  ///
  /// Works on the graph alone. What cannot be followed stays whole, with a reason in the report.
  ///
  /// - Throws: `ChannelSelectionError` for a request that makes no sense or a target out of reach,
  ///   `GraphDefect` for a graph that cannot run, and what reading weights throws.
  public mutating func pruneChannels(
    _ request: ChannelPruningRequest
  ) throws -> ChannelPruningReport {
    var pruner = try ChannelPruner(self)
    let result = try pruner.run(request)
    guard result.report.removedCount > 0 else { return result.report }
    self = result.model
    record(request.historyEntry(result.report))
    return result.report
  }
}

extension Model {
  /// Removes the channels that are always the same number; no output changes.
  ///
  /// - Throws: `GraphDefect` for a graph that cannot run, and what reading weights throws.
  public mutating func removeDeadChannels(threads: Int) throws -> ChannelPruningReport {
    var pruner = try ChannelPruner(self)
    let result = try pruner.runDead(threads: threads)
    guard result.report.removedCount > 0 else { return result.report }
    self = result.model
    record(
      HistoryEntry(
        action: "remove dead channels", settings: [], weightCount: result.report.parametersBefore,
        zerosBefore: 0, zerosAfter: 0))
    return result.report
  }
}

/// One request carried out on one model.
struct ChannelPruner {
  /// A group that cannot be verified is frozen, and the choice made anew, this often at most.
  private static let maximumAttempts = 16

  private(set) var structure: Structure
  private let contexts: [[NodeContext]]
  private let warnings: [String]

  /// Analyses a model.
  ///
  /// - Throws: `GraphDefect` for a graph that cannot run.
  init(_ model: Model) throws(GraphDefect) {
    let sorted = try model.reordered()
    let model = sorted ?? model
    warnings =
      sorted == nil
      ? [] : ["nodes stood before those whose values they read; they were put in order"]
    let assignments = [DimensionAssignment.first, .second]
    var evaluations = assignments.map { EvaluatedGraph(model, $0) }
    let prepared = model.prepared(evaluations)
    if prepared[.main].nodes.count != model[.main].nodes.count {
      evaluations = assignments.map { EvaluatedGraph(prepared, $0) }
    }
    contexts = evaluations.map { NodeContext.all(in: prepared, $0) }
    structure = Structure(prepared, evaluations[0])
    structure.analyze(contexts[0])
  }

  /// The model without the channels that matter least.
  mutating func run(
    _ request: ChannelPruningRequest
  ) throws -> (model: Model, report: ChannelPruningReport) {
    try remove { pruner, operations in
      let selector = try ChannelSelector(pruner.layouts, request) { operations.total(keeping: $0) }
      let selection = try selector.selection()
      guard request.foldsBiases else { return (selection, Compensation()) }
      let flow = pruner.constantFlow(assumesZeroWeights: true)
      return (selection, try Compensation(flow, selection.kept, pruner.layouts))
    }
  }

  /// The model without the channels that are always the same.
  mutating func runDead(threads: Int) throws -> (model: Model, report: ChannelPruningReport) {
    try remove { pruner, _ in
      let (layouts, flow) = (pruner.layouts, pruner.constantFlow(assumesZeroWeights: true))
      let groups = ChannelGroups(layouts)
      let dead = try DeadChannels(
        of: groups, in: layouts, threads: threads,
        isDispensable: pruner.constantFlow(assumesZeroWeights: false).isDispensable,
        isWithoutWeights: flow.isDispensable)
      let selection = dead.selection(of: groups, in: layouts)
      return (selection, try Compensation(flow, selection.kept, layouts))
    }
  }

  /// Removes what is selected, and selects anew where that cannot be verified.
  private mutating func remove(
    _ select: (ChannelPruner, OperationCount) throws -> (ChannelSelection, Compensation)
  ) throws -> (model: Model, report: ChannelPruningReport) {
    for _ in 0..<Self.maximumAttempts {
      let operations = OperationCount(structure, contexts[0])
      var (selection, compensation) = try select(self, operations)
      selection.warnings = warnings + selection.warnings
      do throws(RemovalFailure) {
        var removal = try Removal(structure, selection.kept, compensation, contexts)
        let model = try removal.model()
        var report = ChannelPruningReport(structure, selection, operations)
        report.foldedBiasCount = compensation.biases.count
        report.keptPositions = structure.keptPositions(selection.kept)
        return (model, report)
      } catch {
        freeze(error)
      }
    }
    return (structure.model, ChannelPruningReport(structure, ChannelSelection(), nil))
  }

  private func constantFlow(assumesZeroWeights: Bool) -> ConstantFlow {
    ConstantFlow(layouts, values: structure.values, assumesZeroWeights: assumesZeroWeights)
  }

  /// What selection needs, with what readers sum over.
  var layouts: ParameterLayouts {
    let structure = structure
    return ParameterLayouts(structure) { use, axis in
      let use = structure.uses[use]
      return use.summed.contains(use.axes[axis])
    }
  }

  /// Keeps everything around a node that cannot be made to fit.
  private mutating func freeze(_ failure: RemovalFailure) {
    guard let context = contexts[0].first(where: { $0.id == failure.node }) else { return }
    structure.freezeAround(context, failure.reason)
  }
}

extension ChannelPruningRequest {
  /// What the history says of this request.
  fileprivate func historyEntry(_ report: ChannelPruningReport) -> HistoryEntry {
    var settings = [HistoryEntry.Setting("criterion", traces?.criterion ?? criterion.name)]
    switch goal {
    case .ratio(let share): settings.append(.init("channels", "\(share)"))
    case .parameters(let share): settings.append(.init("target-parameters", "\(share)"))
    case .operations(let share): settings.append(.init("target-macs", "\(share)"))
    case .bytes(let share): settings.append(.init("target-bytes", "\(share)"))
    }
    settings.append(.init("scope", scope.rawValue))
    if let headRatio { settings.append(.init("heads", "\(headRatio)")) }
    if foldsBiases { settings.append(.init("fold-biases", "true")) }
    if roundTo > 1 { settings.append(.init("round-to", "\(roundTo)")) }
    for share in shares {
      settings.append(.init("channels of \(share.selector.description)", "\(share.share)"))
    }
    if criterion.usesSeed { settings.append(.init("seed", "\(seed)")) }
    if !rules.isEmpty {
      let texts = rules.map { ($0.includes ? "only " : "except ") + $0.selector.description }
      settings.append(.init("tensors", texts.joined(separator: ", ")))
    }
    return HistoryEntry(
      action: "prune channels", settings: settings, weightCount: report.parametersBefore,
      zerosBefore: 0, zerosAfter: 0)
  }
}
