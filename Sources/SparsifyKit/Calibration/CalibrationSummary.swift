internal import ByteStorage
internal import Calibration
internal import ModelGraph

/// What calibration did to each layer, and to which it did nothing.
public struct CalibrationSummary: Sendable, Codable {
  /// One layer that was fitted.
  public struct LayerRow: Sendable, Codable {
    /// The layer's name.
    public var name: String
    /// The tensor of its weights.
    public var tensor: String
    /// How many windows or vectors it was looked at with.
    public var samples: Int
    /// The mean squared error of its outputs as a share of their variance.
    public var error: Double
    /// The same for pruning by the criterion alone.
    public var plainError: Double
    /// True when pruning by the criterion was better, and kept.
    public var isPlain: Bool
  }

  /// One weight that was pruned by the criterion alone.
  public struct OtherRow: Sendable, Codable {
    /// The tensor.
    public var name: String
    /// Why.
    public var reason: String
  }

  /// One set of channels of which some went.
  public struct ChannelRow: Sendable, Codable {
    /// Its name in layouts, such as `d12`.
    public var name: String
    /// The node that makes the channels.
    public var layer: String
    /// How many there were.
    public var channels: Int
    /// How many went.
    public var removed: Int
    /// The mean squared error that their readers, fitted anew, are left with, less what a Relu behind
    /// stops, as a share of the variance of what they add to, behind that Relu.
    public var error: Double
    /// The same for as many channels chosen by weights alone.
    public var plainError: Double
    /// True when those were better, and went.
    public var isPlain: Bool
  }

  /// How many samples were looked at.
  public var samples: Int
  /// The sets of channels of which some went.
  public var channels: [ChannelRow]
  /// The layers, in the order they run.
  public var layers: [LayerRow]
  /// The weights that no layer was fitted for.
  public var others: [OtherRow]

  init(_ report: CalibrationReport, of model: Model) {
    samples = report.sampleCount
    channels = report.channels.map { row in
      ChannelRow(
        name: row.name, layer: row.layer.escaped, channels: row.count, removed: row.removed,
        error: row.error, plainError: row.plainError, isPlain: row.isPlain)
    }
    layers = report.rows.map { row in
      LayerRow(
        name: row.name.escaped, tensor: model[row.tensor].name.escaped, samples: row.samples,
        error: row.error, plainError: row.plainError, isPlain: row.isPlain)
    }
    others = report.others.map { OtherRow(name: model[$0.tensor].name.escaped, reason: $0.reason) }
  }

  /// What this step and those before it did: of a layer the last fit counts.
  func following(_ first: CalibrationSummary?) -> CalibrationSummary {
    guard let first else { return self }
    var result = self
    let done = Set(layers.map(\.tensor))
    result.channels = first.channels + channels
    result.layers = first.layers.filter { !done.contains($0.tensor) } + layers
    result.others = first.others.filter { !done.contains($0.name) } + others
    return result
  }
}
