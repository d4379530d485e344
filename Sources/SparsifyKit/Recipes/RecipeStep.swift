public import Pruning
public import SparseCoding
public import SparseContainer
public import StructuredPruning

/// One thing that is done to a model.
public enum RecipeStep: Hashable, Sendable {
  /// Removes residual blocks.
  case layers(LayerStep)
  /// Removes channels and heads.
  case channels(ChannelStep)
  /// Sets single weights, or blocks of them, to zero.
  case prune(PruneStep)
  /// Keeps N of every M weights.
  case pattern(PatternStep)
}

/// Sets single weights, or blocks of them, to zero.
public struct PruneStep: Hashable, Sendable {
  /// The share of weights that are zero afterwards.
  public var sparsity: Double?
  /// In place of a sparsity: the magnitude below which weights go.
  public var threshold: Double?
  /// The blocks that go as a whole; nil for single weights.
  public var block: BlockPattern?
  /// Among which weights the least important are looked for.
  public var scope = PruningScope.layer
  /// Sparsities by operator type.
  public var operatorShares: [SelectedShare] = []
  /// Sparsities by name, which count more than those by operator; the last that matches counts.
  public var nameShares: [SelectedShare] = []
  /// The name of what ranks weights.
  public var criterion = "magnitude"
  /// The seed of what is random.
  public var seed: UInt64 = 0
  /// How the weights are chosen by what layers read, and repaired.
  public var calibration = CalibrationSettings()
  /// What is pruned and nothing else; empty for all.
  public var only: [Selector] = []
  /// What is left alone, whatever `only` says.
  public var except: [Selector] = []

  /// Makes a step that does not say yet how much goes.
  public init() {}

  /// Makes a step for a share of all weights.
  public init(sparsity: Double, scope: PruningScope = .layer) {
    self.sparsity = sparsity
    self.scope = scope
  }
}

/// Keeps N of every M weights along the reduction axis.
public struct PatternStep: Hashable, Sendable {
  /// N and M.
  public var keep = GroupPattern.twoOfFour
  /// The name of what ranks weights.
  public var criterion = "magnitude"
  /// The seed of what is random.
  public var seed: UInt64 = 0
  /// How the weights are chosen by what layers read, and repaired.
  public var calibration = CalibrationSettings()
  /// What is pruned and nothing else; empty for all.
  public var only: [Selector] = []
  /// What is left alone, whatever `only` says.
  public var except: [Selector] = []

  /// Makes a step that keeps 2 of every 4 weights.
  public init() {}

  /// Makes a step for a pattern.
  public init(keep: GroupPattern) {
    self.keep = keep
  }
}

/// Removes channels and heads, with everything downstream made to fit.
public struct ChannelStep: Hashable, Sendable {
  /// The share of channels that go.
  public var share: Double?
  /// In place of a share: the share of parameters that stays.
  public var targetParameters: Double?
  /// In place of a share: the share of multiplications that stays.
  public var targetMacs: Double?
  /// In place of a share: the share of the parameters' bytes that stays.
  public var targetBytes: Double?
  /// The share of attention heads that go; nil to let heads lose depth, not number.
  public var heads: Double?
  /// True to remove first the channels that are always the same number.
  public var removesDead = false
  /// True to let biases take over what channels that go would add were all their weights zero.
  public var foldsBiases = false
  /// Among which channels the least important are looked for.
  public var scope = ChannelPruningScope.local
  /// Shares by the type of the operator whose weights make the channels.
  public var operatorShares: [SelectedShare] = []
  /// Shares by the names of weights, which count more than those by operator.
  public var nameShares: [SelectedShare] = []
  /// The name of what ranks channels; nil for l2, and with samples obs.
  public var criterion: String?
  /// The seed of what is random.
  public var seed: UInt64 = 0
  /// What the count of remaining channels is to be a multiple of.
  public var roundTo = 1
  /// How many channels stay at least.
  public var minimumChannels = 2
  /// How channels are chosen by what layers read, and the layers repaired; its method is not used.
  public var calibration = CalibrationSettings()
  /// Whose channels are meant and no others; empty for all.
  public var only: [Selector] = []
  /// Whose channels stay, whatever `only` says.
  public var except: [Selector] = []

  /// Makes a step that does not say yet how much goes.
  public init() {}

  /// Makes a step for a share of the channels.
  public init(share: Double) {
    self.share = share
  }
}

/// Removes residual blocks.
public struct LayerStep: Hashable, Sendable {
  /// What ranks blocks.
  public enum Criterion: String, Hashable, Sendable, CaseIterable {
    /// The mean square of their weights.
    case weights
    /// How far the outputs of the network move on samples without them, one after the other.
    case outputs
  }

  /// How many go.
  public var count = 1
  /// What ranks them.
  public var criterion = Criterion.weights
  /// Which samples are used; the rest of it is not.
  public var calibration = CalibrationSettings()

  /// Makes a step that removes one block.
  public init() {}

  /// Makes a step for a number of blocks.
  public init(count: Int) {
    self.count = count
  }
}

/// How the result is written.
public struct OutputSettings: Hashable, Sendable {
  /// How hard to try to make tensors small.
  public var level = CompressionLevel.balanced
  /// How tensors stand in a container.
  public var layout = ContainerLayout.packed
  /// The most bytes a file of a container should have; nil for one file.
  public var shardSize: ByteSize?

  /// Makes the default settings.
  public init() {}
}
