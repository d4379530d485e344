public import ByteStorage
public import ModelGraph

/// What channel pruning did, dimension by dimension, and why others stayed.
public struct ChannelPruningReport: Sendable {
  /// One set of channels that go and stay together.
  public struct Group: Sendable {
    /// Its name in layouts, such as `d12`.
    public let name: String
    /// The dimension of the model's axes that it is.
    public let dimension: DimensionID
    /// The node that makes or reads it first.
    public let layer: ByteString
    /// The tensor that says so.
    public let tensor: ByteString
    /// How many channels there were.
    public let size: Int
    /// The channels that stay.
    public let kept: [Int]
    /// The mean score of the channels; nil when they were not judged.
    public let score: Double?
    /// The node that makes removal approximate; nil when it is exact.
    public let mixedBy: ByteString?
    /// True for heads and whatever else is computed side by side.
    public let isHeads: Bool
    /// Why all channels stay; nil when some go.
    public let reason: String?
    /// What is remarkable.
    public let note: String?
    /// The axes that carry it.
    public let members: [Member]
  }

  /// One axis of a constant, as one node reads it.
  public struct Member: Sendable {
    /// The constant's name.
    public let tensor: ByteString
    /// The node that reads it.
    public let node: ByteString
    /// Its operator.
    public let operatorType: ByteString
    /// The place among the node's inputs.
    public let input: Int
    /// The axis.
    public let axis: Int
    /// What the axis means, such as `d3*49` or `d1+d2`.
    public let layout: String
    /// True when the node sums over the axis.
    public let isSummed: Bool
  }

  /// All dimensions that weights have.
  public let groups: [Group]
  /// What the user should know.
  public let warnings: [String]
  /// How many parameters there were, and are.
  public private(set) var parametersBefore: Int
  /// How many parameters there are.
  public let parametersAfter: Int
  /// How many multiplications there were; nil when that is not known.
  public private(set) var operationsBefore: Int?
  /// How many multiplications there are; nil when that is not known.
  public let operationsAfter: Int?

  /// How many biases took over the constant part of channels that went.
  public internal(set) var foldedBiasCount = 0

  /// For each constant that lost positions, those of each axis that stay; nil for an axis that is whole.
  ///
  /// Constants are those of the model before. One that several nodes read has the positions of the last.
  public internal(set) var keptPositions: [TensorID: [[Bool]?]] = [:]

  /// How many channels went in steps before the one the groups tell of.
  public private(set) var removedBefore = 0

  /// How many channels went.
  public var removedCount: Int {
    groups.reduce(removedBefore) { $0 + $1.size - $1.kept.count }
  }

  /// The same report as the second of two steps.
  public func following(_ first: ChannelPruningReport) -> ChannelPruningReport {
    var report = self
    report.removedBefore += first.removedCount
    report.foldedBiasCount += first.foldedBiasCount
    report.parametersBefore = first.parametersBefore
    report.operationsBefore = first.operationsBefore
    return report
  }
}

extension ChannelPruningReport {
  init(_ structure: Structure, _ selection: ChannelSelection, _ operations: OperationCount?) {
    let layouts = ParameterLayouts(structure)
    let all = ChannelGroups(layouts).groups
    let names = structure.nodeNames
    // An axis of many parts has as many groups: it is described once.
    var described: [ChannelGroup.Member: Member] = [:]
    groups = zip(all, selection.entries).map { group, entry in
      Group(
        name: "d\(group.id.index)", dimension: group.id, layer: entry.reader, tensor: entry.name,
        size: entry.size,
        kept: entry.kept,
        score: entry.scores.isEmpty
          ? nil : entry.scores.reduce(0, +) / Double(entry.scores.count),
        mixedBy: entry.mixedBy.map(names), isHeads: entry.isBatched,
        reason: entry.unchangedReason, note: entry.note,
        members: group.members.map { member in
          let known = described[member] ?? Self.member(member, structure, names)
          described[member] = known
          return known
        })
    }
    warnings = selection.warnings + Self.emptiness(selection)
    // A constant that comes to need copies was one before.
    let before = ChannelCost(layouts, changing: [])
    let cost = ChannelCost(layouts, changing: Set(selection.kept.masks.keys))
    let whole = { (id: DimensionID) in structure.table[id].size }
    let now = { (id: DimensionID) in selection.kept.count(id, of: structure.table[id].size) }
    parametersBefore = Int(before.parameters(keeping: whole))
    parametersAfter = Int(cost.parameters(keeping: now))
    operationsBefore = operations?.total(keeping: whole)
    operationsAfter = operations?.total(keeping: now)
  }

  /// What to say when nothing was removed at all.
  private static func emptiness(_ selection: ChannelSelection) -> [String] {
    guard selection.kept.masks.isEmpty else { return [] }
    var counts: [String: Int] = [:]
    for entry in selection.entries {
      // Reasons begin with the node and end with what it does.
      let reason = entry.unchangedReason?.split(separator: "\": ").last.map(String.init)
      counts[reason ?? "", default: 0] += entry.size
    }
    guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) else {
      return ["no channels were removed: no weights were found whose channels can be followed"]
    }
    return [
      "no channels were removed: \(most.value) of \(selection.entries.reduce(0) { $0 + $1.size })"
        + " stay because \(most.key)"
    ]
  }

  private static func member(
    _ member: ChannelGroup.Member, _ structure: Structure, _ names: (NodeID) -> ByteString
  ) -> Member {
    let use = structure.uses[member.use]
    return Member(
      tensor: use.name, node: names(use.node), operatorType: structure.model[use.node].operatorType,
      input: use.input, axis: member.axis,
      layout: structure.table.text(of: use.axes[member.axis]),
      isSummed: use.summed.contains(use.axes[member.axis]))
  }
}

extension Structure {
  /// The name of a node; one without is called by its first output.
  fileprivate var nodeNames: (NodeID) -> ByteString {
    { [model] id in
      let node = model[id]
      return node.name.isEmpty ? node.outputs.first { !$0.isEmpty } ?? "" : node.name
    }
  }
}
