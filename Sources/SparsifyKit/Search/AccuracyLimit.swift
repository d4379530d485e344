public import Inference

/// How much a model may lose, and how that is measured: by labelled samples, or by a command.
public struct AccuracyLimit: Sendable {
  /// The most accuracy, as a share, or metric that may be lost.
  public var maxDrop: Double
  /// A .npz or .npy file of samples.
  public var data: String?
  /// The labels: an array of the data, or a file with one array.
  public var labels: String?
  /// The output that has a score for each class; nil for the first.
  public var output: String?
  /// How many samples a run takes where the model leaves it open.
  public var batch = 32
  /// In place of labels: a command that measures a model, whose path is put behind it.
  public var metric: String?
  /// How long one answer of the runtime, or the command, may take, in seconds.
  public var timeout = 600.0
  /// How the model is run.
  public var inference = InferenceOptions()

  /// Names a limit; it needs samples with labels, or a metric.
  public init(maxDrop: Double) {
    self.maxDrop = maxDrop
  }
}
