/// A share of its own for what a selector matches.
public struct SelectedShare: Hashable, Sendable {
  /// Which weights are meant.
  public let selector: Selector
  /// The share that goes.
  public let share: Double

  /// Makes a share.
  public init(_ selector: Selector, _ share: Double) {
    self.selector = selector
    self.share = share
  }
}
