internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// What a request's selectors say about the dimensions of a model.
///
/// To let channels in, a selector has to match a weight that makes them; to keep them, it is enough
/// that it matches any constant they are an axis of, for that would shrink.
struct ChannelRules {
  private let layouts: ParameterLayouts
  private let weights: [TensorID: PrunableWeight]

  init(_ layouts: ParameterLayouts, _ weights: [TensorID: PrunableWeight]) {
    self.layouts = layouts
    self.weights = weights
  }

  /// What the rules say: true in, false out, nil nothing.
  func verdict(on group: ChannelGroup, _ rules: [SelectionRule]) -> Bool? {
    var verdict: Bool? = rules.contains { $0.includes } ? false : nil
    for rule in rules where matches(rule.selector, group, onlyMakers: rule.includes) {
      verdict = rule.includes
    }
    return verdict
  }

  /// The share of its own that a dimension has.
  func share(of group: ChannelGroup, _ shares: [SelectedShare]) -> Double? {
    shares.last { matches($0.selector, group, onlyMakers: true) }?.share
  }

  /// True when any of the dimensions has a member that the selector matches.
  func matchesAny(_ selector: Selector, of groups: [ChannelGroup]) -> Bool {
    groups.contains { matches(selector, $0, onlyMakers: false) }
  }

  private func matches(
    _ selector: Selector, _ group: ChannelGroup, onlyMakers: Bool
  ) -> Bool {
    let members = onlyMakers ? layouts.makers(of: group) : group.members
    return members.contains { selector.matches(selectable(layouts.uses[$0.use])) }
  }

  private func selectable(_ use: ParameterUse) -> SelectableTensor {
    let tensor = layouts.model[use.tensor]
    let reader = WeightReader(use.node, in: layouts.model)
    // Behind a transpose or a dequantisation stands the operator that the user means.
    let behind = weights[use.tensor]?.readers ?? []
    return SelectableTensor(
      name: tensor.name.isEmpty ? use.name : tensor.name,
      readers: behind.contains(reader) ? [reader] : [reader] + behind,
      elementCount: tensor.shape.elementCount)
  }
}
