internal import ArgumentParser
internal import Pruning
internal import Reconstruction
internal import SparsifyKit
internal import StructuredPruning

/// The options that say which channels to remove.
struct ChannelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Share of the channels to remove: 0.5 or 50%.", valueName: "share"))
  var channels: Share?

  @Option(
    help: ArgumentHelp(
      "Share for the channels that these weights make; the last that matches counts.",
      valueName: "glob=share"))
  var channelsOf: [SelectorAndShare] = []

  @Option(help: ArgumentHelp("Remove so many residual blocks, first of all.", valueName: "count"))
  var layers: Int?

  @Flag(help: "Remove the channels that are always the same; no output changes.")
  var dead = false

  @Option(help: ArgumentHelp("Share of the attention heads to remove.", valueName: "share"))
  var heads: Share?

  @Option(
    help:
      "How channels are ranked: \(ChannelCriteria.names.joined(separator: ", ")) (default: l2); with --calibrate also \(CalibratedChannelCriteria.names.joined(separator: ", ")) (default: obs)."
  )
  var channelCriterion: String?

  @Option(
    help:
      "Rank in each group of channels alone, or together: local, global, isomorphic (default: local)."
  )
  var channelScope: ChannelPruningScope?

  @Option(help: ArgumentHelp("Keep multiples of K channels.", valueName: "k"))
  var roundTo: Int?

  @Option(help: ArgumentHelp("Keep at least K channels (default: 2).", valueName: "k"))
  var minChannels: Int?

  @Option(
    help: ArgumentHelp(
      "Remove channels until this share of parameters is left.", valueName: "share"))
  var targetParameters: Share?

  @Option(
    help: ArgumentHelp(
      "Remove channels until this share of multiplications is left.", valueName: "share"))
  var targetMacs: Share?

  @Option(
    help: ArgumentHelp(
      "Remove channels until this share of the parameters' bytes is left.", valueName: "share"))
  var targetBytes: Share?

  @Flag(help: "Add to biases what the channels that go would add without weights.")
  var foldBiases = false
}

extension ChannelOptions {
  /// Puts what the options say into a recipe: into every step with such a setting, and where there is
  /// none, into a new step.
  ///
  /// - Throws: `ValidationError` for options that contradict each other, `PruningError` for selectors.
  func amend(_ recipe: inout Recipe) throws {
    let goals = [channels, targetParameters, targetMacs, targetBytes].compactMap(\.self)
    guard goals.count <= 1 else {
      throw ValidationError("give only one of --channels and --target-parameters, -macs and -bytes")
    }
    guard (0...LayerStep.maximumCount).contains(layers ?? 0) else {
      throw ValidationError("--layers takes a number from 0 to \(LayerStep.maximumCount)")
    }
    let removesChannels = !goals.isEmpty || !channelsOf.isEmpty || heads != nil || dead
    if removesChannels, !recipe.steps.contains(where: \.isChannels) {
      recipe.insert(.channels(ChannelStep()))
    }
    if layers ?? 0 > 0, !recipe.steps.contains(where: \.isLayers) {
      recipe.insert(.layers(LayerStep()))
    }
    recipe.steps = try recipe.steps.map { step in
      switch step {
      case .prune, .pattern: return step
      case .layers(var step):
        step.count = layers ?? step.count
        return .layers(step)
      case .channels(var step):
        if !goals.isEmpty { amendGoal(of: &step) }
        try amend(&step)
        return .channels(step)
      }
    }
  }

  private func amendGoal(of step: inout ChannelStep) {
    step.share = channels?.value
    step.targetParameters = targetParameters?.value
    step.targetMacs = targetMacs?.value
    step.targetBytes = targetBytes?.value
  }

  private func amend(_ step: inout ChannelStep) throws {
    step.nameShares += try channelsOf.map { try $0.selected }
    step.heads = heads?.value ?? step.heads
    step.removesDead = dead || step.removesDead
    step.foldsBiases = foldBiases || step.foldsBiases
    step.criterion = channelCriterion ?? step.criterion
    step.scope = channelScope ?? step.scope
    step.roundTo = roundTo ?? step.roundTo
    step.minimumChannels = minChannels ?? step.minimumChannels
  }
}

extension RecipeStep {
  fileprivate var isChannels: Bool { if case .channels = self { true } else { false } }
  fileprivate var isLayers: Bool { if case .layers = self { true } else { false } }
}

extension ChannelSummary {
  /// The share of parameters that is left, in percent.
  var share: String {
    let left = parametersBefore > 0 ? Double(parametersAfter) / Double(parametersBefore) : 1
    return "\((left * 100).fixed(1)) %"
  }

  /// A line for each set of channels.
  var table: String {
    var table = TextTable(["channels", "layer", "of", "kept", "note"], numeric: [2, 3])
    for row in groups {
      table.add([
        row.name, row.layer, "\(row.size)", "\(row.kept?.count ?? row.size)",
        row.reason.map { "kept: \($0)" } ?? row.mixedBy.map { "approximate: \($0)" } ?? row.note
          ?? "",
      ])
    }
    return table.text
  }
}
