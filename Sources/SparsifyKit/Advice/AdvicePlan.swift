internal import ModelGraph
internal import Pruning
internal import SparseCoding
internal import StructuredPruning

/// One way to make a model smaller, as a command and as a recipe.
struct AdvicePlan: Sendable {
  /// What is removed, and so what a runtime gains.
  let method: AdviceMethod
  /// What is done, for people.
  let name: String
  /// The options of the command that does it.
  let options: [String]
  var level = CompressionLevel.balanced
  /// What is removed; nil for nothing.
  var step: RecipeStep?

  /// The recipe that the command means.
  var recipe: Recipe {
    var recipe = Recipe()
    if let step { recipe.steps = [step] }
    recipe.output.level = level
    return recipe
  }

  /// Every plan, in the order they are listed.
  static let all: [AdvicePlan] = lossless + magnitude + patterns + channels

  private static let lossless = CompressionLevel.allCases.map { level in
    AdvicePlan(
      method: .lossless, name: "nothing removed, --level \(level.rawValue)",
      options: ["--level", level.rawValue], level: level)
  }

  private static let magnitude = [PruningScope.layer, .global].flatMap { scope in
    [50, 70, 80, 90].map { percent in
      AdvicePlan(
        method: .unstructured,
        name:
          "smallest \(percent) % \(scope == .layer ? "of each layer" : "of all layers together")",
        options: ["--sparsity", "\(percent)%", "--scope", scope.rawValue],
        step: .prune(PruneStep(sparsity: Double(percent) / 100, scope: scope)))
    }
  }

  private static let patterns = [(2, 4), (4, 8)].compactMap { kept, group in
    (try? GroupPattern(kept: kept, group: group)).map { pattern in
      AdvicePlan(
        method: .pattern, name: "pattern \(kept):\(group)",
        options: ["--pattern", "\(kept):\(group)"], step: .pattern(PatternStep(keep: pattern)))
    }
  }

  private static let channels = [30, 50].map { percent in
    AdvicePlan(
      method: .channels, name: "\(percent) % of the channels",
      options: ["--channels", "\(percent)%"],
      step: .channels(ChannelStep(share: Double(percent) / 100)))
  }
}

/// What a plan removes.
public enum AdviceMethod: String, Sendable, Codable, CaseIterable {
  /// Nothing.
  case lossless
  /// Single weights, wherever they lie.
  case unstructured
  /// All but N of every M weights.
  case pattern
  /// Whole channels.
  case channels

  /// Which programs and machines gain from it, beside storage.
  public var gain: String {
    switch self {
    case .lossless:
      "storage and download only; the model that is run is the same"
    case .unstructured:
      "storage and download everywhere; speed only in runtimes with sparse kernels, such as "
        + "DeepSparse on CPUs, from about 80 % on"
    case .pattern:
      "storage and download everywhere; 2:4 is faster on NVIDIA GPUs since Ampere, through "
        + "TensorRT with sparse weights allowed; 4:8 is faster nowhere by itself"
    case .channels:
      "storage, memory and speed in every runtime: the layers are smaller"
    }
  }
}
