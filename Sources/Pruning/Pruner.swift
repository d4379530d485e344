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
    try pruner.divideShare()
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
  let dimensions: [Int]
  /// A share of its own in place of the goal's.
  var share: Double?
}

/// One request carried out on one model.
struct Pruner {
  let request: PruningRequest
  private(set) var targets: [PruningTarget] = []
  var report = PruningReport()

  init(_ model: Model, _ request: PruningRequest) throws {
    self.request = request
    let choice = try TensorChoice(model, rules: request.rules, kept: request.kept)
    report.skipped = choice.skipped
    report.warnings = choice.unmatchedSelectors.map {
      "selector \"\(ByteString($0.description).escaped)\" matches no tensor"
    }
    for (tensor, refusal) in choice.defects { report.warn(of: refusal, in: model[tensor]) }
    var shares = ShareTable(request.shares)
    for weight in choice.chosen {
      do {
        if let refusal = patternRefusal(for: weight) { throw refusal }
        let values = try weight.quantization.map { try QuantizationValues($0, of: model) }
        let stream = WeightStream(weight.tensor, of: model, quantization: values)
        let share = shares.share(of: weight, model[weight.tensor])
        let dimensions = model[weight.tensor].shape.dimensions
        targets.append(
          PruningTarget(weight: weight, stream: stream, dimensions: dimensions, share: share))
      } catch let refusal as WeightRefusal {
        report.skip(weight.tensor, model[weight.tensor], refusal.reason)
        if refusal.isDefect { report.warn(of: refusal, in: model[weight.tensor]) }
      }
    }
    report.skipped.sort { $0.tensor < $1.tensor }
    report.warnings += shares.unmatchedSelectors.map {
      "selector \"\(ByteString($0.description).escaped)\" matches no tensor that is pruned"
    }
  }

  private var rule: KeyRule { KeyRule(criterion: request.criterion, seed: request.seed) }

  /// The masks of all targets.
  func masks() throws -> [MaskedWeight] {
    switch request.goal {
    case .sparsity(let share, let scope):
      return try inClasses(share, scope) { weights, share, threads in
        let total = weights.reduce(0) { $0 + $1.stream.count }
        return try selection(weights, threads).lowest(Self.count(share, of: total))
      }
    case .threshold(let limit):
      let key = request.criterion.key(ofThreshold: limit) ?? SaliencyKey.zero
      return try inClasses(0, .layer) { weights, _, threads in
        try selection(weights, threads).below(key)
      }
    case .groups(let pattern):
      return try targets.compactMap { target in
        try target.weight.layout.map {
          try pattern.prune(
            target.stream, along: $0.reduction, by: rule, threads: request.threads)
        }
      }
    case .blocks(let pattern, let share, let scope):
      return try inClasses(share, scope) { weights, share, threads in
        let blocked = weights.compactMap { $0.blocked(by: pattern) }
        return try BlockSelection(weights: blocked, rule: rule, threads: threads)
          .lowest(share: share)
      }
    }
  }

  /// The exact count of a share.
  static func count(_ share: Double, of total: Int) -> Int {
    min(total, Int((share * Double(total)).rounded()))
  }

  private func selection(_ weights: [PruningTarget], _ threads: Int) -> StreamedSelection {
    StreamedSelection(weights: weights.map(\.stream), rule: rule, threads: threads)
  }
}

extension Pruner {
  /// Gives tensors shares of their own where the scope divides the goal's share among them.
  ///
  /// Those that have one already keep it, and are not counted.
  mutating func divideShare() throws {
    guard let (share, scope) = request.goal.share else { return }
    let others = targets.indices.filter { targets[$0].share == nil }
    let counts = others.map { targets[$0].stream.count }
    let zeros = Self.count(share, of: counts.reduce(0, +))
    let divided: [Int]
    switch scope {
    case .layer, .global: return
    case .erk: divided = ShareDivision.erk(zeros, of: others.map { targets[$0].dimensions })
    case .lamp:
      divided = ShareDivision.lamp(zeros, of: try others.map { try spectrum(of: targets[$0]) })
    case .owl:
      divided = ShareDivision.owl(zeros, of: counts, standingOut: try outlierShares(of: others))
    }
    for (index, (zeros, count)) in zip(others, zip(divided, counts)) {
      targets[index].share = Double(zeros) / Double(max(1, count))
    }
  }

  private func outlierShares(of places: [Int]) throws -> [Double?] {
    guard let shares = request.outlierShares else { throw PruningError.scopeWithoutSamples }
    return places.map { shares[targets[$0].weight.tensor] }
  }

  private func spectrum(of target: PruningTarget) throws -> MagnitudeSpectrum {
    let upper = RadixSelection(keyBits: 32, rank: 0).digits
    return MagnitudeSpectrum(
      try selection([target], request.threads).histogram(of: upper),
      number: request.criterion.number)
  }

  /// Targets that are ranked together, by their place, and the share they give up.
  private struct RankedClass {
    let members: [Int]
    let share: Double
  }

  /// Those with a share of their own are ranked alone in any scope.
  private func classes(_ share: Double, _ scope: PruningScope) -> [RankedClass] {
    let isAlone = targets.map { scope == .layer || $0.share != nil }
    let others = targets.indices.filter { !isAlone[$0] }
    return (others.isEmpty ? [] : [RankedClass(members: others, share: share)])
      + targets.indices.filter { isAlone[$0] }.map {
        RankedClass(members: [$0], share: targets[$0].share ?? share)
      }
  }

  /// Selects in each class by itself: in small ones side by side, in large ones with all threads.
  ///
  /// The masks are in the order of the targets.
  private func inClasses(
    _ share: Double, _ scope: PruningScope,
    _ select:
      @Sendable (_ weights: [PruningTarget], Double, _ threads: Int) throws ->
      [MaskedWeight]
  ) throws -> [MaskedWeight] {
    let classes = classes(share, scope)
    let weights = classes.map { $0.members.map { targets[$0] } }
    let isLarge = weights.map { $0.reduce(0) { $0 + $1.stream.count } > WeightStream.chunkSize }
    var results: [(place: Int, mask: MaskedWeight)] = []
    try OrderedPipeline.run(
      count: classes.count, threads: request.threads, workspace: {},
      produce: { index, _ in
        isLarge[index] ? [] : try select(weights[index], classes[index].share, 1)
      },
      consume: { index, small in
        let masks =
          isLarge[index]
          ? try select(weights[index], classes[index].share, request.threads) : small
        results += zip(classes[index].members, masks).map { ($0, $1) }
      })
    return results.sorted { $0.place < $1.place }.map(\.mask)
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
