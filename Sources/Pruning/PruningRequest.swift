public import ModelGraph

/// Among which weights the least important are looked for.
public enum PruningScope: String, Hashable, Sendable, CaseIterable {
  /// Each tensor gives up the same share.
  case layer
  /// All tensors together give up a share.
  case global
  /// All tensors together give up a share, each as much as its shape says: those with more inputs and
  /// outputs for their size keep more (Erdős–Rényi-Kernel).
  case erk
  /// All tensors together give up a share, each as much as ranking by squares over the sum of the
  /// squares in the same tensor that are not smaller takes of it (layer-adaptive magnitude pruning).
  case lamp
  /// All tensors together give up a share, those with more weights that stand out by what they read
  /// less of it; only with samples (outlier-weighed layerwise sparsity).
  case owl
}

/// How much is pruned, and where it may lie.
public enum PruningGoal: Hashable, Sendable {
  /// A share of the weights, anywhere; what is zero already counts.
  case sparsity(Double, PruningScope)
  /// All weights whose magnitude is below a number.
  case threshold(Double)
  /// All but `kept` of every `group` weights along the reduction axis.
  case groups(GroupPattern)
  /// A share of the blocks.
  case blocks(BlockPattern, sparsity: Double, PruningScope)
}

extension PruningGoal {
  /// The share that goes and its scope, where the goal is one.
  package var share: (value: Double, scope: PruningScope)? {
    switch self {
    case .sparsity(let share, let scope), .blocks(_, let share, let scope): (share, scope)
    case .threshold, .groups: nil
    }
  }
}

/// What to prune and how.
public struct PruningRequest: Sendable {
  /// Says how much each weight matters.
  public var criterion: any SaliencyCriterion
  /// How much is pruned.
  public var goal: PruningGoal
  /// Which tensors are meant.
  public var rules: [SelectionRule]
  /// Shares for some tensors in place of the goal's; the last that matches counts.
  public var shares: [SelectedShare]
  /// Tensors that stay unless a rule lets them in by their very name.
  public var kept: Set<TensorID> = []
  /// What share of the weights of each tensor stands out by what it reads, for the scope `owl`; nil
  /// without samples.
  public var outlierShares: [TensorID: Double]?
  /// The seed of what is random.
  public var seed: UInt64
  /// How many threads work; the result does not depend on it.
  public var threads: Int

  /// Makes a request.
  public init(
    goal: PruningGoal, criterion: any SaliencyCriterion = MagnitudeCriterion(),
    rules: [SelectionRule] = [], shares: [SelectedShare] = [], seed: UInt64 = 0, threads: Int = 1
  ) {
    self.goal = goal
    self.criterion = criterion
    self.rules = rules
    self.shares = shares
    self.seed = seed
    self.threads = threads
  }

  /// Checks the numbers.
  ///
  /// - Throws: `PruningError` for a sparsity outside of 0 to 1, or a threshold that is negative, not
  ///   finite, or means nothing to the criterion, or shares where the goal is none.
  public func validate() throws(PruningError) {
    for own in shares where !(0...1).contains(own.share) { throw .sparsityOutOfRange(own.share) }
    switch goal {
    case .sparsity(let share, _), .blocks(_, let share, _):
      guard (0...1).contains(share) else { throw .sparsityOutOfRange(share) }
    case .threshold(let limit):
      guard limit >= 0, limit.isFinite else { throw .thresholdOutOfRange(limit) }
      guard criterion.key(ofThreshold: limit) != nil else {
        throw .thresholdWithoutMagnitude(criterion: criterion.name)
      }
      guard shares.isEmpty else { throw .sharesWithoutSparsity }
    case .groups:
      guard shares.isEmpty else { throw .sharesWithoutSparsity }
    }
  }
}
