internal import Pruning
internal import Reconstruction
internal import SparseCoding
internal import SparseContainer
internal import StructuredPruning

// Every setting of recipes: what the check, `recipe schema`, `recipe init` and the messages say.

extension LayerStep: RecipeSettings {
  /// The most blocks that a step removes.
  public static let maximumCount = 1 << 20

  static let table = RecipeTable<LayerStep>(
    name: "layers", summary: "Removes residual blocks, those that matter least.",
    settings: [
      RecipeSetting("count", .count(0...maximumCount), \.count, "How many blocks go."),
      RecipeSetting(
        "criterion", .choice, \.criterion,
        "Rank blocks by their weights, or by how far the outputs move on samples without them."),
      RecipeSetting(
        "samples", .count(1...CalibrationSettings.mostSamples), \.calibration.samples,
        "How many samples are looked at, at most.", when: { $0.criterion == .outputs }),
      RecipeSetting(
        "sampling-seed", .count(0...UInt64.max), \.calibration.seed,
        "The seed of the choice of samples.", when: { $0.criterion == .outputs }),
    ])

  func check() {}
}

extension ChannelStep: RecipeSettings {
  private static let counts = 1...ChannelPruningRequest.maximumCount

  static let table = RecipeTable<ChannelStep>(
    name: "channels",
    summary: "Removes channels, hidden units and heads, with everything downstream made to fit.",
    settings: [
      RecipeSetting("share", .share, \.share, "The share of channels that go.", example: "0.5"),
      RecipeSetting(
        "target-parameters", .share, \.targetParameters,
        "In place of a share: the share of parameters that stays.", example: "0.4"),
      RecipeSetting(
        "target-macs", .share, \.targetMacs,
        "In place of a share: the share of multiplications that stays.", example: "0.5"),
      RecipeSetting(
        "target-bytes", .share, \.targetBytes,
        "In place of a share: the share of the parameters' bytes that stays.", example: "0.5"),
      RecipeSetting(
        "operator", .shares(prefix: "op:", "a mapping from operator types to shares"),
        \.operatorShares, "Shares by type of operator, in place of that of all.",
        example: "{Conv: 0.25}"),
      RecipeSetting(
        "name", .shares(prefix: "", "a mapping from names to shares"), \.nameShares,
        "Shares by name, in place of those of operators; the last that matches counts.",
        example: "{\"conv1*\": 0.25}"),
      RecipeSetting(
        "heads", .share, \.heads, "The share of attention heads that go.", example: "0.25"),
      RecipeSetting(
        "dead", .flag, \.removesDead,
        "Whether channels that are always the same number go first; no output changes."),
      RecipeSetting(
        "scope", .choice, \.scope, "Rank channels in each group alone, or together.",
        when: \.isSelecting),
      RecipeSetting(
        "criterion", .oneOf(ChannelStep.criteria), \.criterion,
        "How channels are ranked: by l2, or obs where anything is repaired.", example: "l1"),
      RecipeSetting(
        "seed", .count(0...UInt64.max), \.seed, "The seed of the criterion random.",
        when: { $0.isSelecting && $0.usesSeed }),
      RecipeSetting(
        "round-to", .count(counts), \.roundTo,
        "What the number of channels left is a multiple of.", when: \.isSelecting),
      RecipeSetting(
        "min-channels", .count(counts), \.minimumChannels, "How many channels stay at least.",
        when: \.isSelecting),
      RecipeSetting(
        "fold-biases", .flag, \.foldsBiases,
        "Whether biases take over what channels would add without weights.", when: \.isSelecting),
      RecipeSetting(
        "repair", .oneOf(CalibrationSettings.repairs), \.calibration.repair,
        "What is done, with samples, to the layers that stay.", example: "refit"),
      RecipeSetting(
        "protect", .oneOf(CalibrationSettings.protections), \.calibration.protection,
        "With none, channels of residual streams may go, too.", when: \.calibration.isWanted),
      RecipeSetting(
        "samples", .count(1...CalibrationSettings.mostSamples), \.calibration.samples,
        "How many samples are looked at, at most.", when: \.calibration.isWanted),
      RecipeSetting(
        "sampling-seed", .count(0...UInt64.max), \.calibration.seed,
        "The seed of the choice of samples.", when: \.calibration.isWanted),
      RecipeSetting(
        "only", .selectors, \.only, "Whose channels may go and no others.",
        example: "[\"op:Conv\"]"),
      RecipeSetting(
        "except", .selectors, \.except, "Whose channels stay, whatever only says.",
        example: "[\"head*\"]"),
    ],
    rules: [
      .anyOf([
        "share", "target-parameters", "target-macs", "target-bytes", "operator", "name", "heads",
        "dead",
      ]),
      .excludes("share", ["target-parameters", "target-macs", "target-bytes"]),
      .excludes("target-parameters", ["target-macs", "target-bytes"]),
      .excludes("target-macs", ["target-bytes"]),
    ])

  /// The names of criteria, those that need samples behind the others.
  public static let criteria = ChannelCriteria.names + CalibratedChannelCriteria.names

  func check() throws { _ = try request()?.validate() }
}

extension PruneStep: RecipeSettings {
  static let table = RecipeTable<PruneStep>(
    name: "prune", summary: "Sets single weights, or blocks, to zero, the least important first.",
    settings: [
      RecipeSetting(
        "sparsity", .share, \.sparsity, "The share of weights that are zero afterwards.",
        example: "0.8"),
      RecipeSetting(
        "threshold", .magnitude, \.threshold,
        "In place of a sparsity: the magnitude below which weights become zero.", example: "0.01"),
      RecipeSetting(
        "block", .blocks, \.block, "Whole blocks of so many outputs by inputs.", example: "4x1"),
      RecipeSetting(
        "scope", .choice, \.scope,
        "Rank weights in each layer alone, over all together, or in each with a share by its shape or "
          + "its sizes, or, with samples, by what stands out.",
        when: { $0.threshold == nil }),
      RecipeSetting(
        "operator", .shares(prefix: "op:", "a mapping from operator types to sparsities"),
        \.operatorShares, "Sparsities by type of operator, in place of that of all.",
        example: "{Conv: 0.6}"),
      RecipeSetting(
        "name", .shares(prefix: "", "a mapping from names to sparsities"), \.nameShares,
        "Sparsities by name, in place of those of operators; the last that matches counts.",
        example: "{\"conv1*\": 0.3}"),
      RecipeSetting(
        "criterion", .oneOf(SaliencyCriteria.names), \.criterion, "How weights are ranked."),
      RecipeSetting(
        "seed", .count(0...UInt64.max), \.seed, "The seed of the criterion random.",
        when: \.usesSeed),
      RecipeSetting(
        "method", .oneOf(CalibrationSettings.methods), \.calibration.method,
        "How weights are chosen by what layers read, in place of the criterion.", example: "admm"),
      RecipeSetting(
        "repair", .oneOf(CalibrationSettings.repairs), \.calibration.repair,
        "What is done, with samples, to the weights that stay.", example: "refit"),
      RecipeSetting(
        "protect", .oneOf(CalibrationSettings.protections), \.calibration.protection,
        "Which layers at the ends of the network stay dense.", when: \.calibration.isWanted),
      RecipeSetting(
        "samples", .count(1...CalibrationSettings.mostSamples), \.calibration.samples,
        "How many samples are looked at, at most.", when: \.calibration.isWanted),
      RecipeSetting(
        "sampling-seed", .count(0...UInt64.max), \.calibration.seed,
        "The seed of the choice of samples.", when: \.calibration.isWanted),
      RecipeSetting(
        "only", .selectors, \.only, "What is pruned and nothing else.", example: "[\"op:Conv\"]"),
      RecipeSetting(
        "except", .selectors, \.except, "What is left alone, whatever only says.",
        example: "[\"size:<4k\"]"),
    ],
    rules: [
      .anyOf(["sparsity", "threshold", "operator", "name"]),
      .excludes("threshold", ["sparsity", "block", "scope", "operator", "name"]),
    ])

  func check() throws { try request().validate() }
}

extension PatternStep: RecipeSettings {
  static let table = RecipeTable<PatternStep>(
    name: "pattern", summary: "Keeps N of every M weights along the axis the operator sums over.",
    settings: [
      RecipeSetting("keep", .groups, \.keep, "How many of how many weights stay."),
      RecipeSetting(
        "criterion", .oneOf(SaliencyCriteria.names), \.criterion, "How weights are ranked."),
      RecipeSetting(
        "seed", .count(0...UInt64.max), \.seed, "The seed of the criterion random.",
        when: \.usesSeed),
      RecipeSetting(
        "method", .oneOf(CalibrationSettings.methods), \.calibration.method,
        "How weights are chosen by what layers read, in place of the criterion.", example: "admm"),
      RecipeSetting(
        "repair", .oneOf(CalibrationSettings.repairs), \.calibration.repair,
        "What is done, with samples, to the weights that stay.", example: "refit"),
      RecipeSetting(
        "protect", .oneOf(CalibrationSettings.protections), \.calibration.protection,
        "Which layers at the ends of the network stay dense.", when: \.calibration.isWanted),
      RecipeSetting(
        "samples", .count(1...CalibrationSettings.mostSamples), \.calibration.samples,
        "How many samples are looked at, at most.", when: \.calibration.isWanted),
      RecipeSetting(
        "sampling-seed", .count(0...UInt64.max), \.calibration.seed,
        "The seed of the choice of samples.", when: \.calibration.isWanted),
      RecipeSetting(
        "only", .selectors, \.only, "What is pruned and nothing else.", example: "[\"op:Gemm\"]"),
      RecipeSetting(
        "except", .selectors, \.except, "What is left alone, whatever only says.",
        example: "[\"size:<4k\"]"),
    ])

  func check() throws { try request().validate() }
}

extension OutputSettings: RecipeSettings {
  static let table = RecipeTable<OutputSettings>(
    name: "convert", summary: "How the result is written to .spm; the last step.",
    settings: [
      RecipeSetting("level", .choice, \.level, "How hard to try to make it small."),
      RecipeSetting(
        "layout", .choice, \.layout,
        "Tensors packed, or mapped: as they are, each on pages of its own."),
      RecipeSetting(
        "shard-size", .size, \.shardSize, "The most bytes a file should have.", example: "2G"),
    ])

  func check() {}
}
