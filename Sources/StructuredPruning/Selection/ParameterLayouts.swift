internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// The constants of a model as nodes read them, and what their axes mean.
///
/// It is all that selection needs of a finished analysis.
struct ParameterLayouts: Sendable {
  let model: Model
  let table: DimensionTable
  let uses: [ParameterUse]
  /// True for an axis of a weight, given by the place of its use, that its reader sums over.
  ///
  /// Other axes of weights are outputs: their positions are what the reader makes.
  let isContracted: @Sendable (_ use: Int, _ axis: Int) -> Bool

  init(
    _ model: Model, table: DimensionTable, uses: [ParameterUse],
    isContracted: @escaping @Sendable (_ use: Int, _ axis: Int) -> Bool = { _, _ in false }
  ) {
    self.model = model
    self.table = table
    self.uses = uses
    self.isContracted = isContracted
  }

  /// Takes what selection needs of an analysis.
  init(
    _ structure: Structure,
    isContracted: @escaping @Sendable (_ use: Int, _ axis: Int) -> Bool = { _, _ in false }
  ) {
    self.init(
      structure.model, table: structure.table, uses: structure.uses, isContracted: isContracted)
  }

  /// A reason with the node it comes from.
  func text(of reason: FreezeReason) -> String {
    guard let id = reason.node else { return reason.text }
    let reader = WeightReader(id, in: model)
    return "\(reader.operatorType.escaped) \"\(reader.name.escaped)\": \(reason.text)"
  }
}

extension ParameterLayouts {
  /// The uses by what reads them.
  var usesOfInputs: [InputPlace: Int] {
    Dictionary(
      uses.enumerated().map { (InputPlace(node: $1.node, input: $1.input), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The weights that make a dimension's indices; all weights where none is known to.
  func makers(of group: ChannelGroup) -> [ChannelGroup.Member] {
    let weights = group.members.filter { uses[$0.use].role == .weight }
    let makers = weights.filter { !isContracted($0.use, $0.axis) }
    return makers.isEmpty ? weights : makers
  }
}
