internal import ByteStorage
internal import ModelGraph
internal import ShapeInference

/// What the axes of a model's values mean, and which of them must stay as they are.
///
/// One pass over the main graph in order: rules give outputs layouts and state equations.
struct Structure: Sendable {
  let model: Model
  let facts: EvaluatedGraph
  var table = DimensionTable()
  var uses: [ParameterUse] = []
  var values: [ByteString: TracedValue] = [:]
  /// The channel shuffles, by each of their nodes.
  var shuffles: [NodeID: ChannelShuffle] = [:]
  /// The uses of each node, by input.
  private(set) var usesOfInputs: [InputPlace: Int] = [:]
  /// The first use of each constant by a node that only takes a part of it.
  private var usesOfParts: [ByteString: Int] = [:]
  private let constants: [ByteString: TensorID]
  private let untouchable: [ByteString: String]

  init(_ model: Model, _ facts: EvaluatedGraph) {
    self.model = model
    self.facts = facts
    constants = Self.constants(of: model)
    untouchable = Self.untouchable(in: model)
  }
}

extension Structure {
  /// The layouts of an input's axes; nil when the input is left out or its shape unknown.
  mutating func axes(_ node: NodeContext, input index: Int) -> [AxisLayout]? {
    guard node.node.inputs.indices.contains(index), !node.node.inputs[index].isEmpty,
      let shape = node.shape(input: index)
    else { return nil }
    let name = node.node.inputs[index]
    if let value = values[name] { return value.axes }
    guard let tensor = constants[name] else { return shape.map { .fixed($0) } }
    return uses[use(of: tensor, name, node, input: index, shape)].axes
  }

  /// The layouts of an input's axes, when they are known already.
  func knownAxes(_ node: NodeContext, input index: Int) -> [AxisLayout]? {
    guard node.node.inputs.indices.contains(index) else { return nil }
    if let use = usesOfInputs[InputPlace(node: node.id, input: index)] { return uses[use].axes }
    return values[node.node.inputs[index]]?.axes
  }

  /// The layout of one axis of an input, counted from the end when negative.
  mutating func axis(_ node: NodeContext, input index: Int, _ axis: Int) -> AxisLayout? {
    guard let axes = axes(node, input: index), let axis = node.axis(axis, rank: axes.count) else {
      return nil
    }
    return axes[axis]
  }

  /// Gives an output its layouts.
  mutating func set(_ node: NodeContext, output index: Int = 0, _ axes: [AxisLayout]) {
    guard node.node.outputs.indices.contains(index), !node.node.outputs[index].isEmpty else {
      return
    }
    let bounded = axes.map { axis in
      table.freezeOverlarge(axis, at: node.id) ? .fixed(table.size(axis)) : axis
    }
    values[node.node.outputs[index]] = TracedValue(axes: bounded)
  }

  /// Gives output 0 the layouts of what is only another view of an input, so that a constant stays
  /// known as one.
  mutating func setView(_ node: NodeContext, of input: Int = 0, _ axes: [AxisLayout]) {
    set(node, axes)
    guard let name = node.node.outputs.first, !name.isEmpty else { return }
    let source = source(node, input: input)
    values[name]?.source = source
  }

  /// Makes an axis whose positions nothing is known of yet.
  mutating func makeAxis(_ size: Int) -> AxisLayout { table.makeAxis(size) }

  /// States that two axes mean the same.
  mutating func equate(_ left: AxisLayout, _ right: AxisLayout, at node: NodeContext) {
    table.equate(left, right, at: node.id)
  }

  /// Keeps all positions of an axis; `reason` completes "the node …".
  mutating func freeze(_ axis: AxisLayout, at node: NodeContext, _ reason: String) {
    table.freeze(axis, FreezeReason(node: node.id, text: reason))
  }

  /// Keeps the axes over which a kernel moves; they are no channels.
  mutating func freezeWindow(_ axes: ArraySlice<AxisLayout>, at node: NodeContext) {
    for axis in axes {
      table.freeze(
        axis,
        FreezeReason(node: node.id, text: "it moves a window of that size", isStructural: true))
    }
  }

  /// Keeps all positions of all axes of an input.
  mutating func freeze(_ node: NodeContext, input index: Int, _ reason: String) {
    for axis in axes(node, input: index) ?? [] { freeze(axis, at: node, reason) }
  }

  /// Keeps everything a node touches; outputs become fixed.
  mutating func freezeAll(_ node: NodeContext, _ reason: String) {
    for index in node.node.inputs.indices { freeze(node, input: index, reason) }
    for index in node.node.outputs.indices {
      for axis in values[node.node.outputs[index]]?.axes ?? [] { freeze(axis, at: node, reason) }
      set(node, output: index, node.shape(output: index)?.map { .fixed($0) } ?? [])
    }
  }

  /// Keeps all positions of all values around a node.
  mutating func freezeAround(_ node: NodeContext, _ reason: String) {
    for index in node.node.inputs.indices { freeze(node, input: index, reason) }
    for name in node.node.outputs {
      for axis in values[name]?.axes ?? [] { freeze(axis, at: node, reason) }
    }
  }

  /// Notes that a node sums or normalises over an axis: removing positions changes what is left.
  mutating func markMixed(_ axis: AxisLayout, at node: NodeContext) {
    table.markMixed(axis, by: node.id)
  }

  /// Notes that an axis counts things computed side by side, such as heads.
  mutating func markBatched(_ axis: AxisLayout) { table.markBatched(axis) }

  /// Notes what a constant input, seen through views, is to the node.
  ///
  /// `sums` are the axes of the input, as the node sees them, that it sums over.
  mutating func mark(
    _ node: NodeContext, input index: Int, as role: ParameterUse.Role, sums: [Int] = []
  ) {
    guard let source = source(node, input: index), let axes = axes(node, input: index) else {
      return
    }
    uses[source].role = role
    uses[source].summed += sums.filter { axes.indices.contains($0) }.map { axes[$0] }
  }

  /// True for an input that is a constant, or a view of one.
  mutating func isConstant(_ node: NodeContext, input index: Int) -> Bool {
    source(node, input: index) != nil
  }

  /// Cuts an axis in two; freezes it and gives nil where that cannot be.
  mutating func cut(
    _ axis: AxisLayout, at position: Int, _ node: NodeContext
  ) -> (AxisLayout, AxisLayout)? {
    let size = table.size(axis)
    guard (0...size).contains(position) else { return nil }
    if let parts = table.cut(axis, at: position) { return parts }
    freeze(axis, at: node, "it cuts the axis inside of a part")
    return (.fixed(position), .fixed(size - position))
  }

  /// How many positions an axis has.
  func size(_ axis: AxisLayout) -> Int { table.size(axis) }

  /// The axis in terms of the dimensions known now.
  func resolved(_ axis: AxisLayout) -> AxisLayout { table.resolved(axis) }

  private mutating func use(
    of tensor: TensorID, _ name: ByteString, _ node: NodeContext, input: Int, _ shape: [Int]
  ) -> Int {
    let key = InputPlace(node: node.id, input: input)
    if let known = usesOfInputs[key] { return known }
    // Parts that nodes take of one constant are parts of one whole.
    let isPart = ["Slice", "Split"].contains(node.node.operatorType)
    let whole = isPart ? usesOfParts[name].map { uses[$0].axes } : nil
    let axes = whole ?? shape.map { table.makeAxis($0) }
    if isPart, whole == nil { usesOfParts[name] = uses.count }
    if let reason = untouchable[name] {
      for axis in axes { freeze(axis, at: node, reason) }
    }
    uses.append(
      ParameterUse(tensor: tensor, name: name, node: node.id, input: input, axes: axes))
    usesOfInputs[key] = uses.count - 1
    return uses.count - 1
  }

  private mutating func source(_ node: NodeContext, input index: Int) -> Int? {
    guard axes(node, input: index) != nil else { return nil }
    let name = node.node.inputs[index]
    return values[name]?.source ?? usesOfInputs[InputPlace(node: node.id, input: index)]
  }
}
