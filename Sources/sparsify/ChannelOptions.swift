internal import ArgumentParser
internal import Pruning
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
  var channelsOf: [SelectedShare] = []

  @Option(help: ArgumentHelp("Remove so many residual blocks, first of all.", valueName: "count"))
  var layers = 0

  @Flag(help: "Remove the channels that are always the same; no output changes.")
  var dead = false

  @Option(help: ArgumentHelp("Share of the attention heads to remove.", valueName: "share"))
  var heads: Share?

  @Option(
    help: "How channels are ranked: \(ChannelCriteria.all.map(\.name).joined(separator: ", ")).")
  var channelCriterion = "l2"

  @Option(help: "Rank in each group of channels alone, or together: local, global, isomorphic.")
  var channelScope: ChannelPruningScope = .local

  @Option(help: ArgumentHelp("Keep multiples of K channels.", valueName: "k"))
  var roundTo = 1

  @Option(help: ArgumentHelp("Keep at least K channels.", valueName: "k"))
  var minChannels = 2

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
  /// What the options ask for; nil when they ask for nothing.
  ///
  /// Throws for options that contradict each other.
  func request(rules: [SelectionRule], seed: UInt64) throws -> ChannelPruningRequest? {
    guard let goal = try goal() else { return nil }
    guard let criterion = ChannelCriteria.all.first(where: { $0.name == channelCriterion }) else {
      throw ChannelSelectionError.unknownCriterion(channelCriterion)
    }
    var request = ChannelPruningRequest(goal: goal)
    request.headRatio = heads?.value
    request.criterion = criterion
    request.scope = channelScope
    request.roundTo = roundTo
    request.minimumChannels = minChannels
    request.rules = rules
    request.ratios = try channelsOf.map { ChannelRatio(try Selector($0.selector), $0.share.value) }
    request.foldsBiases = foldBiases
    request.seed = seed
    return request
  }

  private func goal() throws -> ChannelPruningGoal? {
    let goals: [ChannelPruningGoal?] = [
      channels.map { .ratio($0.value) }, targetParameters.map { .parameters($0.value) },
      targetMacs.map { .operations($0.value) }, targetBytes.map { .bytes($0.value) },
    ]
    let given = goals.compactMap(\.self)
    guard given.count <= 1 else {
      throw ValidationError("give only one of --channels and --target-parameters, -macs and -bytes")
    }
    return given.first ?? (heads == nil && channelsOf.isEmpty ? nil : .ratio(0))
  }
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
