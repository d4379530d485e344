public import Pruning

/// What a conversion did.
public struct ConversionReport: Sendable {
  /// The format that was read.
  public var inputFormat: String
  /// The format that was written.
  public var outputFormat: String
  /// Bytes of all files that were read.
  public var inputBytes: Int
  /// Bytes of all files that were written, or would have been.
  public var outputBytes: Int
  /// True when nothing was written.
  public var isDryRun: Bool
  /// What pruning did; nil when none was asked for.
  public var pruning: PruningReport?
  /// What is odd about the model, and what could not be done.
  public var warnings: [String]
}
