public import ByteStorage
public import ModelGraph

/// What calibration did, layer by layer.
public struct CalibrationReport: Sendable {
  /// One layer that was fitted.
  public struct Row: Sendable {
    /// The tensor of its weights.
    public let tensor: TensorID
    /// The layer's name.
    public let name: ByteString
    /// How many windows or vectors its sums are made of.
    public let samples: Int
    /// The mean squared error of its outputs as a share of their variance.
    public let error: Double
    /// The same for plain pruning on the same budget.
    public let plainError: Double
    /// True when plain pruning was kept.
    public let isPlain: Bool
  }

  /// The layers that were fitted, in the order they run.
  public internal(set) var rows: [Row] = []
  /// Weights that were pruned without regard to what their layers read, and why.
  public internal(set) var others: [(tensor: TensorID, reason: String)] = []
  /// How many samples were looked at.
  public internal(set) var sampleCount = 0
  /// What the user should know.
  public internal(set) var warnings: [String] = []
}
