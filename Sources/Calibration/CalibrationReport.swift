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

  /// One set of channels of which some went.
  public struct Channels: Sendable {
    /// Its name in layouts, such as `d12`.
    public let name: String
    /// The node that makes the channels.
    public let layer: ByteString
    /// How many there were.
    public let count: Int
    /// How many went.
    public let removed: Int
    /// The mean squared error that their readers, fitted anew, are left with, less what a Relu behind
    /// stops, as a share of the variance of what they add to, behind that Relu.
    public let error: Double
    /// The same for as many channels chosen by weights alone.
    public let plainError: Double
    /// True when those were better, and went.
    public let isPlain: Bool
  }

  /// The sets of channels of which some went.
  public internal(set) var channels: [Channels] = []
  /// The layers that were fitted, in the order they run.
  public internal(set) var rows: [Row] = []
  /// Weights that were pruned without regard to what their layers read, and why.
  public internal(set) var others: [(tensor: TensorID, reason: String)] = []
  /// How many samples were looked at.
  public internal(set) var sampleCount = 0
  /// What the user should know.
  public internal(set) var warnings: [String] = []
}
