internal import ByteStorage
internal import StructuredPruning

/// Which channels were removed, and why others stayed.
public struct ChannelSummary: Sendable, Codable {
  /// One set of channels that go and stay together.
  public struct GroupRow: Sendable, Codable {
    /// Its name in layouts, such as `d12`.
    public var name: String
    /// The node that makes the channels.
    public var layer: String
    /// The constant that makes them.
    public var tensor: String
    /// How many there were.
    public var size: Int
    /// Those that stay; nil when all do.
    public var kept: [Int]?
    /// The mean score.
    public var score: Double?
    /// True when removal is what zeroing the readers' weights would be.
    public var isExact: Bool
    /// The node that makes it approximate.
    public var mixedBy: String?
    /// True for heads.
    public var isHeads: Bool
    /// Why all stay.
    public var reason: String?
    /// What is remarkable.
    public var note: String?
    /// The axes of constants that carry the channels.
    public var members: [MemberRow]
  }

  /// One axis of a constant, as one node reads it.
  public struct MemberRow: Sendable, Codable {
    /// The constant.
    public var tensor: String
    /// The node.
    public var node: String
    /// Its operator.
    public var operatorType: String
    /// The place among the node's inputs.
    public var input: Int
    /// The axis.
    public var axis: Int
    /// What the axis means, such as `d3*49` or `d1+d2`.
    public var layout: String
    /// True when the node sums over the axis.
    public var isSummed: Bool
  }

  /// How many channels went.
  public var removed: Int
  /// Parameters before.
  public var parametersBefore: Int
  /// Parameters after.
  public var parametersAfter: Int
  /// Multiply-accumulates before, with a batch of two where it is open; nil when unknown.
  public var operationsBefore: Int?
  /// Multiply-accumulates after; nil when unknown.
  public var operationsAfter: Int?
  /// How many biases took over the constant part of channels that went.
  public var foldedBiases: Int
  /// The sets of channels.
  public var groups: [GroupRow]

  init(_ report: ChannelPruningReport) {
    removed = report.removedCount
    parametersBefore = report.parametersBefore
    parametersAfter = report.parametersAfter
    operationsBefore = report.operationsBefore
    operationsAfter = report.operationsAfter
    foldedBiases = report.foldedBiasCount
    groups = report.groups.map(GroupRow.init)
  }
}

extension ChannelSummary.GroupRow {
  init(_ group: ChannelPruningReport.Group) {
    self.init(
      name: group.name, layer: group.layer.escaped, tensor: group.tensor.escaped,
      size: group.size, kept: group.kept.count == group.size ? nil : group.kept,
      score: group.score.flatMap { $0.isFinite ? $0 : nil }, isExact: group.mixedBy == nil,
      mixedBy: group.mixedBy?.escaped, isHeads: group.isHeads, reason: group.reason,
      note: group.note, members: group.members.map(ChannelSummary.MemberRow.init))
  }
}

extension ChannelSummary.MemberRow {
  fileprivate init(_ member: ChannelPruningReport.Member) {
    self.init(
      tensor: member.tensor.escaped, node: member.node.escaped,
      operatorType: member.operatorType.escaped, input: member.input, axis: member.axis,
      layout: member.layout, isSummed: member.isSummed)
  }
}
