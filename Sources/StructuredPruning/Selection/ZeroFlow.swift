internal import ByteStorage
internal import ModelGraph
internal import Pruning

/// Whether channels whose makers and biases are zero are still zero where they are read.
///
/// A gate such as `Sigmoid` turns zeros into numbers; that is harmless while something zero is
/// multiplied with them before anybody sums over the channels. An operator not known here is taken
/// to turn zeros into numbers.
struct ZeroFlow {
  private let layouts: ParameterLayouts
  private let values: [ByteString: TracedValue]
  private let uses: [Place: Int]
  private let zeroKeepers: ZeroKeepers
  /// For each value, the dimensions whose zero channels are zero in it.
  private var zeros: [ByteString: Set<DimensionID>] = [:]
  /// The dimensions that are summed over where zero channels may be zero no more.
  private var broken: Set<DimensionID> = []

  private struct Place: Hashable {
    let node: NodeID
    let input: Int
  }

  /// Goes over the main graph in order.
  init(_ layouts: ParameterLayouts, values: [ByteString: TracedValue]) {
    self.layouts = layouts
    self.values = values
    zeroKeepers = ZeroKeepers(layouts.model)
    uses = Dictionary(
      layouts.uses.enumerated().map { (Place(node: $1.node, input: $1.input), $0) },
      uniquingKeysWith: { first, _ in first })
    for index in layouts.model[.main].nodes.indices {
      visit(NodeID(graph: .main, index: index))
    }
  }

  /// True when zero channels are zero wherever they are summed over.
  func keepsZeros(_ id: DimensionID) -> Bool { !broken.contains(id) }

  /// An input of a node.
  private enum Input {
    case data(ByteString, Set<DimensionID>)
    case constant(ParameterUse, Set<DimensionID>, contracted: Set<DimensionID>)
    case other

    var dataDimensions: Set<DimensionID> {
      guard case .data(_, let dimensions) = self else { return [] }
      return dimensions
    }

    var contracted: Set<DimensionID> {
      guard case .constant(_, _, let contracted) = self else { return [] }
      return contracted
    }
  }

  private mutating func visit(_ id: NodeID) {
    let node = layouts.model[id]
    let inputs = node.inputs.indices.map { input(id, $0) }
    let made = Set(node.outputs.flatMap { dimensions(of: values[$0]?.axes ?? []) })
    let contracted = inputs.reduce(into: Set()) { $0.formUnion($1.contracted) }
    for case .data(let name, let read) in inputs {
      let summed = read.filter { contracted.contains($0) || !made.contains($0) }
      broken.formUnion(summed.subtracting(zeros[name] ?? []))
    }
    let effect = zeroKeepers.effect(of: node)
    for name in node.outputs {
      // Where a sum over channels makes the same channels anew, or two axes have them, zeros of an
      // input say too little.
      let axes = (values[name]?.axes ?? []).map { dimensions(of: [$0]) }
      zeros[name] = made.subtracting(contracted).filter { id in
        axes.count { $0.contains(id) } == 1 && isZero(id, after: effect, inputs)
      }
    }
  }

  private func isZero(
    _ id: DimensionID, after effect: ZeroKeepers.Effect, _ inputs: [Input]
  ) -> Bool {
    switch effect {
    case .none:
      return false
    case .move:
      let having = inputs.filter { $0.dataDimensions.contains(id) }
      return !having.isEmpty && having.allSatisfy { isZero(id, in: $0) }
    case .sum:
      return inputs.allSatisfy { isZero(id, in: $0) }
    case .normalization:
      return [inputs.prefix(1), inputs.dropFirst(2)].joined().allSatisfy { isZero(id, in: $0) }
    case .product(let factors):
      return inputs.prefix(factors).contains { isZero(id, in: $0) }
        && inputs.dropFirst(factors).allSatisfy { isZero(id, in: $0) }
    }
  }

  /// True when the index is zero in an input: constants are looked through by `DeadChannels`.
  private func isZero(_ id: DimensionID, in input: Input) -> Bool {
    switch input {
    case .other: false
    case .data(let name, _): zeros[name]?.contains(id) ?? false
    case .constant(let use, let dimensions, let contracted):
      dimensions.contains(id) && !contracted.contains(id) && use.role != .scale
    }
  }

  private func input(_ node: NodeID, _ index: Int) -> Input {
    let name = layouts.model[node].inputs[index]
    guard let use = uses[Place(node: node, input: index)] ?? values[name]?.source else {
      guard let value = values[name] else { return .other }
      return .data(name, dimensions(of: value.axes))
    }
    let axes = layouts.uses[use].axes
    let contracted = axes.indices.filter { layouts.isContracted(use, $0) }.map { axes[$0] }
    return .constant(
      layouts.uses[use], dimensions(of: axes), contracted: dimensions(of: contracted))
  }

  private func dimensions(of axes: [AxisLayout]) -> Set<DimensionID> {
    Set(axes.flatMap { layouts.table.resolved($0).dimensions })
  }
}
