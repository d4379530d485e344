internal import ByteStorage
internal import ModelGraph

/// What channels are, wherever they are summed over, when nothing of the data is in them.
///
/// A channel whose weights are zero is its bias, through whatever lies behind: a constant. So is one
/// that a batch normalisation multiplies with zero. Where a constant is summed over, the sum can be
/// had from a bias instead, and the channel can go.
///
/// A number stands for every position that has the index; NaN is one that is not known. Something
/// known to be zero times something unknown is zero.
struct ConstantFlow {
  /// What a node reads of the indices of a dimension that it sums over.
  struct Reading {
    let dimension: DimensionID
    let numbers: [Float]
  }

  /// What each node reads that can add to its sums, by the node.
  private(set) var readings: [NodeID: [Reading]] = [:]
  let sinks: BiasSinks
  private let layouts: ParameterLayouts
  private let values: [ByteString: TracedValue]
  private let effects: ChannelEffects
  private let assumesZeroWeights: Bool
  private let uses: [InputPlace: Int]
  /// How often each value is still to be read.
  private var readers: [ByteString: Int] = [:]
  private var known: [ByteString: [DimensionID: [Float]]] = [:]
  /// For each dimension that is summed over, whether an index could go from all the sums.
  private var dispensable: [DimensionID: [Bool]] = [:]

  /// Goes over the main graph in order.
  ///
  /// `assumesZeroWeights` asks what channels would be were all the weights zero that make them;
  /// without, weights are unknown numbers.
  init(
    _ layouts: ParameterLayouts, values: [ByteString: TracedValue], assumesZeroWeights: Bool
  ) {
    self.layouts = layouts
    self.values = values
    self.assumesZeroWeights = assumesZeroWeights
    effects = ChannelEffects(layouts.model)
    uses = layouts.usesOfInputs
    sinks = BiasSinks(layouts)
    let nodes = layouts.model[.main].nodes
    for name in nodes.lazy.flatMap(\.inputs) { readers[name, default: 0] += 1 }
    for index in nodes.indices { visit(NodeID(graph: .main, index: index)) }
  }

  /// True when an index adds to every sum a constant that a bias can add instead; it adds to one.
  func isDispensable(_ id: DimensionID, _ index: Int) -> Bool {
    dispensable[id]?[index] ?? false
  }

  /// An input of a node.
  private enum Input {
    case data(ByteString, Set<DimensionID>)
    case weight(made: Set<DimensionID>, contracted: Set<DimensionID>)
    case constant(ChannelConstants, Set<DimensionID>)
    case other

    /// True when positions of the input are told apart by the dimension.
    func has(_ id: DimensionID) -> Bool {
      switch self {
      case .data(_, let dimensions), .constant(_, let dimensions): dimensions.contains(id)
      case .weight(let made, let contracted): made.contains(id) || contracted.contains(id)
      case .other: false
      }
    }

    var contracted: Set<DimensionID> {
      guard case .weight(_, let contracted) = self else { return [] }
      return contracted
    }
  }

  private mutating func visit(_ id: NodeID) {
    let node = layouts.model[id]
    let inputs = node.inputs.indices.map { input(id, $0) }
    let axes = node.outputs.map { (values[$0]?.axes ?? []).map { dimensions(of: [$0]) } }
    let made = axes.joined().reduce(into: Set()) { $0.formUnion($1) }
    let contracted = inputs.reduce(into: Set()) { $0.formUnion($1.contracted) }
    for case .data(let name, let read) in inputs {
      for dimension in read where contracted.contains(dimension) || !made.contains(dimension) {
        note(dimension, known[name]?[dimension], at: id)
      }
    }
    let effect = effects.effect(of: node)
    for (name, axes) in zip(node.outputs, axes) where !name.isEmpty {
      // Where a sum over channels makes the same channels anew, or two axes have them, the inputs
      // say too little.
      for dimension in made.subtracting(contracted)
      where axes.count(where: { $0.contains(dimension) }) == 1 {
        guard let numbers = numbers(dimension, after: effect, inputs) else { continue }
        known[name, default: [:]][dimension] = numbers
      }
    }
    for name in node.inputs {
      readers[name, default: 0] -= 1
      if readers[name] == 0 { known[name] = nil }
    }
  }

  private mutating func note(_ id: DimensionID, _ numbers: [Float]?, at node: NodeID) {
    let before = dispensable[id] ?? Array(repeating: true, count: layouts.table[id].size)
    guard let numbers else {
      dispensable[id] = before.map { _ in false }
      return
    }
    let hasSink = sinks[node] != nil
    if hasSink { readings[node, default: []].append(Reading(dimension: id, numbers: numbers)) }
    dispensable[id] = zip(before, numbers).map { before, number in
      before && (number == 0 || (hasSink && number.isFinite))
    }
  }

  /// The numbers behind a node; nil when none is known.
  private func numbers(
    _ id: DimensionID, after effect: ChannelEffects.Effect, _ inputs: [Input]
  ) -> [Float]? {
    switch effect {
    case .unknown:
      return nil
    case .function(let function):
      let having = inputs.filter { $0.has(id) }.map { numbers(id, in: $0) }
      return Self.folded(having) { $0 == $1 ? $0 : .nan }.map { $0.map(function) }
    case .fold(let function):
      return Self.folded(inputs.map { numbers(id, in: $0) }, function)
    case .product:
      return product(id, inputs.map { numbers(id, in: $0) })
    case .sumOfProducts:
      let product = product(id, inputs.prefix(2).map { numbers(id, in: $0) })
      // A sum over other axes of anything but zeros is not followed.
      let zeros = product.map { $0.map { $0 == 0 ? 0 : Float.nan } }
      return Self.folded([zeros] + inputs.dropFirst(2).map { numbers(id, in: $0) }, +)
    case .normalization(let epsilon):
      return normalized(id, inputs.prefix(5).map { numbers(id, in: $0) }, epsilon)
    }
  }

  /// Zero times anything is zero.
  private func product(_ id: DimensionID, _ factors: [[Float]?]) -> [Float]? {
    let known = factors.compactMap(\.self)
    guard !known.isEmpty else { return nil }
    let isComplete = known.count == factors.count
    return (0..<layouts.table[id].size).map { index in
      if known.contains(where: { $0[index] == 0 }) { return 0 }
      return isComplete ? known.reduce(1) { $0 * $1[index] } : .nan
    }
  }

  private func normalized(
    _ id: DimensionID, _ inputs: [[Float]?], _ epsilon: Float
  ) -> [Float]? {
    guard inputs.count == 5, let scale = inputs[1], let bias = inputs[2], let mean = inputs[3],
      let variance = inputs[4]
    else { return nil }
    return scale.indices.map { index in
      if scale[index] == 0 { return bias[index] }
      let deviation = (variance[index] + epsilon).squareRoot()
      let data = inputs[0]?[index] ?? .nan
      return (data - mean[index]) / deviation * scale[index] + bias[index]
    }
  }

  private static func folded(
    _ operands: [[Float]?], _ function: (Float, Float) -> Float
  ) -> [Float]? {
    guard let first = operands.first, var result = first else { return nil }
    for operand in operands.dropFirst() {
      guard let operand else { return nil }
      result = zip(result, operand).map(function)
    }
    return result
  }

  private func numbers(_ id: DimensionID, in input: Input) -> [Float]? {
    let size = layouts.table[id].size
    switch input {
    case .other:
      return nil
    case .data(let name, _):
      return known[name]?[id]
    case .weight(let made, let contracted):
      guard made.contains(id), !contracted.contains(id), assumesZeroWeights else { return nil }
      return Array(repeating: 0, count: size)
    case .constant(let constants, _):
      return constants.numbers[id] ?? constants.uniform.map { Array(repeating: $0, count: size) }
    }
  }

  private func input(_ node: NodeID, _ index: Int) -> Input {
    let name = layouts.model[node].inputs[index]
    guard let place = uses[InputPlace(node: node, input: index)] ?? values[name]?.source else {
      guard let value = values[name] else { return .other }
      return .data(name, dimensions(of: value.axes))
    }
    let use = layouts.uses[place]
    guard use.role == .weight else {
      guard !isOffset(use) else { return .other }
      return .constant(ChannelConstants(of: use, in: layouts), dimensions(of: use.axes))
    }
    let summed = use.axes.indices.filter { layouts.isContracted(place, $0) }
    return .weight(
      made: dimensions(of: use.axes), contracted: dimensions(of: summed.map { use.axes[$0] }))
  }

  /// True for quantised numbers that stand for others by more than a factor.
  private func isOffset(_ use: ParameterUse) -> Bool {
    let reader = layouts.model[use.node]
    guard reader.operatorType == "DequantizeLinear", reader.inputs.count > 2,
      !reader.inputs[2].isEmpty
    else { return false }
    guard let zeroPoint = uses[InputPlace(node: use.node, input: 2)],
      let elements = try? ChannelConstants.elements(
        of: layouts.uses[zeroPoint].tensor, in: layouts.model)
    else { return true }
    return elements.contains { $0 != 0 }
  }

  private func dimensions(of axes: [AxisLayout]) -> Set<DimensionID> {
    Set(axes.flatMap { layouts.table.resolved($0).dimensions })
  }
}
