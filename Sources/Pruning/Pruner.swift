internal import ByteStorage
public import ModelGraph

extension Model {
  /// Sets the weights that matter least to zero.
  ///
  /// Contents stay lazy: only the masks are made now, one bit a weight. The history grows by an entry.
  ///
  /// - Throws: `PruningError` for a request that makes no sense, and what reading weights throws.
  public mutating func prune(_ request: PruningRequest) throws -> PruningReport {
    try request.validate()
    var pruner = try Pruner(self, request)
    let masks = try pruner.masks()
    for (target, masked) in zip(pruner.targets, masks) {
      try apply(masked, to: target, pruner.pattern(of: target), in: &pruner.report)
    }
    record(pruner.historyEntry)
    return pruner.report
  }

  private mutating func apply(
    _ masked: MaskedWeight, to target: PruningTarget, _ pattern: SparsityPattern?,
    in report: inout PruningReport
  ) throws {
    let id = target.weight.tensor
    let tensor = self[id]
    report.add(masked, to: target, tensor)
    let source = MaskedSource(
      tensor.contents, mask: masked.mask, elementType: tensor.elementType,
      quantization: target.stream.quantization)
    guard let source, masked.mask.words.contains(where: { $0 != 0 }) else { return }
    replaceContents(of: id, with: source, pattern: pattern)
  }
}

/// A weight that is to be pruned, with its contents as keys.
struct PruningTarget {
  let weight: PrunableWeight
  let stream: WeightStream
}

/// One request carried out on one model.
struct Pruner {
  let request: PruningRequest
  private(set) var targets: [PruningTarget] = []
  var report = PruningReport()

  init(_ model: Model, _ request: PruningRequest) throws {
    self.request = request
    let choice = try TensorChoice(model, rules: request.rules)
    report.skipped = choice.skipped
    report.warnings = choice.unmatchedSelectors.map {
      "selector \"\(ByteString($0.description).escaped)\" matches no tensor"
    }
    for (tensor, refusal) in choice.defects { report.warn(of: refusal, in: model[tensor]) }
    for weight in choice.chosen {
      do {
        if let refusal = patternRefusal(for: weight) { throw refusal }
        let values = try weight.quantization.map { try QuantizationValues($0, of: model) }
        let stream = WeightStream(weight.tensor, of: model, quantization: values)
        targets.append(PruningTarget(weight: weight, stream: stream))
      } catch let refusal as WeightRefusal {
        report.skip(weight.tensor, model[weight.tensor], refusal.reason)
        if refusal.isDefect { report.warn(of: refusal, in: model[weight.tensor]) }
      }
    }
    report.skipped.sort { $0.tensor < $1.tensor }
  }

  private var rule: KeyRule { KeyRule(criterion: request.criterion, seed: request.seed) }

  /// The masks of all targets.
  func masks() throws -> [MaskedWeight] {
    let streams = targets.map(\.stream)
    switch request.goal {
    case .sparsity(let share, .global):
      let total = streams.reduce(0) { $0 + $1.count }
      return try selection(streams, request.threads).lowest(Self.count(share, of: total))
    case .sparsity(let share, .layer):
      return try oneByOne { try $0.lowest(Self.count(share, of: $1.count)) }
    case .threshold(let limit):
      let key = request.criterion.key(ofThreshold: limit) ?? SaliencyKey.zero
      return try oneByOne { selection, _ in try selection.below(key) }
    case .groups(let pattern):
      return try targets.compactMap { target in
        try target.weight.layout.map {
          try pattern.prune(
            target.stream, along: $0.reduction, by: rule, threads: request.threads)
        }
      }
    case .blocks(let pattern, let share, let scope):
      let blocked = targets.compactMap { $0.blocked(by: pattern) }
      let jobs = scope == .global ? [blocked] : blocked.map { [$0] }
      return try jobs.flatMap {
        try BlockSelection(weights: $0, rule: rule, threads: request.threads).lowest(share: share)
      }
    }
  }

  /// The exact count of a share.
  static func count(_ share: Double, of total: Int) -> Int {
    min(total, Int((share * Double(total)).rounded()))
  }

  private func selection(_ streams: [WeightStream], _ threads: Int) -> StreamedSelection {
    StreamedSelection(weights: streams, rule: rule, threads: threads)
  }

  /// Selects in each weight by itself: small ones side by side, large ones with all threads.
  private func oneByOne(
    _ select: @Sendable (StreamedSelection, WeightStream) throws -> [MaskedWeight]
  ) throws -> [MaskedWeight] {
    let streams = targets.map(\.stream)
    let isLarge = streams.map { $0.count > WeightStream.chunkSize }
    var results: [MaskedWeight] = []
    try OrderedPipeline.run(
      count: streams.count, threads: request.threads, workspace: {},
      produce: { index, _ in
        isLarge[index] ? [] : try select(selection([streams[index]], 1), streams[index])
      },
      consume: { index, small in
        let stream = streams[index]
        results +=
          isLarge[index] ? try select(selection([stream], request.threads), stream) : small
      })
    return results
  }
}

extension PruningTarget {
  fileprivate func blocked(by pattern: BlockPattern) -> BlockedWeight? {
    weight.layout.map {
      BlockedWeight(weight: stream, grid: pattern.grid(for: $0, elementCount: stream.count))
    }
  }
}

extension Pruner {
  /// Why a pattern cannot be laid over a weight; nil when it can, or when there is none.
  private func patternRefusal(for weight: PrunableWeight) -> WeightRefusal? {
    switch request.goal {
    case .sparsity, .threshold: return nil
    case .blocks:
      return weight.layout == nil ? weight.layoutRefusal : nil
    case .groups(let pattern):
      guard let layout = weight.layout else { return weight.layoutRefusal }
      let length = layout.reduction.length
      return length > pattern.kept
        ? nil
        : WeightRefusal("its reduction axis has \(length) entries, of which \(pattern.kept) stay")
    }
  }

  /// The pattern the zeros of a target make.
  func pattern(of target: PruningTarget) -> SparsityPattern? {
    switch request.goal {
    case .sparsity, .threshold:
      return nil
    case .groups(let pattern):
      guard let axis = target.weight.layout?.reduction, axis.length % pattern.group == 0 else {
        return nil
      }
      return .groups(kept: pattern.kept, group: pattern.group, stride: axis.stride)
    case .blocks(let pattern, _, _):
      return target.blocked(by: pattern)?.grid.pattern
    }
  }
}
