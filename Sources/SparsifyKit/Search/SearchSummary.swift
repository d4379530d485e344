/// How the share that a model lost was found.
public struct SearchSummary: Sendable, Codable {
  /// One share that was tried.
  public struct Try: Sendable, Codable {
    /// The share of weights or channels that went.
    public var share: Double
    /// The accuracy or metric of what is left.
    public var value: Double
    /// What was lost of it; negative when something was gained.
    public var drop: Double
    /// True when no more was lost than may be.
    public var isAccepted: Bool
  }

  /// What was measured: accuracy or metric.
  public var measure: String
  /// The accuracy or metric of the model that was read.
  public var original: Double
  /// How much of it may be lost.
  public var maxDrop: Double
  /// The share that went in the end.
  public var share: Double
  /// All shares that were tried, in order.
  public var tries: [Try]
}
