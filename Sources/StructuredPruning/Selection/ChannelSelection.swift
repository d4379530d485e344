public import ByteStorage
public import ModelGraph
internal import Pruning

/// What happens to one dimension.
public struct ChannelEntry: Sendable {
  /// The tensor that makes the channels, or has them.
  public let name: ByteString
  /// The node that reads the tensor.
  public let reader: ByteString
  /// How many channels there were.
  public let size: Int
  /// The channels that stay, in order.
  public let kept: [Int]
  /// The score of each channel; empty when they were not judged.
  public let scores: [Double]
  /// The node that makes removal approximate; nil when it is exact.
  public let mixedBy: NodeID?
  /// True for heads and whatever else is computed side by side.
  public let isBatched: Bool
  /// Why all channels stay; nil when some go.
  public let unchangedReason: String?
  /// What is remarkable about the scores.
  public let note: String?

  /// True when removal is what zeroing the readers' weights would be.
  public var isExact: Bool { mixedBy == nil }
}

extension ChannelEntry {
  init(
    _ group: ChannelGroup, in layouts: ParameterLayouts, _ scores: ChannelScores?,
    _ kept: KeptIndices, _ reason: String?
  ) {
    let mask = kept.masks[group.id]
    let maker = layouts.makers(of: group).first.map { layouts.uses[$0.use] }
    let tensor = maker.map { layouts.model[$0.tensor].name } ?? ""
    name = tensor.isEmpty ? maker?.name ?? "" : tensor
    reader = maker.map { WeightReader($0.node, in: layouts.model).name } ?? ""
    size = group.size
    self.kept = (0..<group.size).filter { mask?[$0] ?? true }
    self.scores = scores?.values ?? []
    mixedBy = group.mixedBy
    isBatched = group.isBatched
    unchangedReason = reason
    note = scores?.note
  }
}

/// Which channels stay, and why.
struct ChannelSelection: Sendable {
  var kept = KeptIndices()
  /// All dimensions that weights have, in the order of their making.
  var entries: [ChannelEntry] = []
  var warnings: [String] = []
}
