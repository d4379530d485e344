import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import StructuredPruning

/// Structures for tests: dimensions, and constants whose axes are made of them.
struct LayoutMaker {
  var table = DimensionTable()
  var uses: [ParameterUse] = []
  var tensors: [Tensor] = []
  var nodes: [Node] = []
  /// Axes that are summed over, as `use.axis`.
  var contracted: Set<ChannelGroup.Member> = []

  /// A dimension as an axis.
  mutating func axis(_ size: Int) -> AxisLayout { table.makeAxis(size) }

  /// A constant of float32 numbers that one node reads; returns the place of its use.
  @discardableResult
  mutating func add(
    _ axes: [AxisLayout], _ values: [Float], role: ParameterUse.Role = .weight,
    _ operatorType: ByteString = "Conv", contracting: [Int] = [], input: Int = 1
  ) throws -> Int {
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    return try add(
      axes, .float32, bytes, role: role, operatorType, contracting: contracting, input: input)
  }

  /// A constant of any type.
  @discardableResult
  mutating func add(
    _ axes: [AxisLayout], _ type: ElementType, _ bytes: [UInt8],
    role: ParameterUse.Role = .weight, _ operatorType: ByteString = "Conv",
    contracting: [Int] = [], input: Int = 1
  ) throws -> Int {
    let shape = try #require(Shape(axes.map(table.size)))
    let name = ByteString("w\(tensors.count)")
    tensors.append(
      Tensor(name: name, elementType: type, shape: shape, contents: MemorySource(bytes)))
    return read(
      TensorID(tensors.count - 1), axes, role: role, operatorType, contracting, input: input)
  }

  /// A node that reads a tensor.
  @discardableResult
  mutating func read(
    _ tensor: TensorID, _ axes: [AxisLayout], role: ParameterUse.Role,
    _ operatorType: ByteString = "Conv", _ contracting: [Int] = [], input: Int = 1
  ) -> Int {
    let number = nodes.count
    nodes.append(
      Node(
        name: ByteString("node\(number)"), operatorType: operatorType,
        inputs: Array(repeating: ByteString("x\(number)"), count: input) + [
          tensors[tensor.index].name
        ],
        outputs: [ByteString("x\(number + 1)")]))
    uses.append(
      ParameterUse(
        tensor: tensor, name: tensors[tensor.index].name,
        node: NodeID(graph: .main, index: number), input: input, axes: axes, role: role))
    contracted.formUnion(
      contracting.map { ChannelGroup.Member(use: uses.count - 1, axis: $0) })
    return uses.count - 1
  }

  /// Random numbers for as many elements as the axes have.
  func numbers(_ axes: [AxisLayout], seed: UInt64) -> [Float] {
    var random = SeededGenerator(seed: seed)
    return (0..<axes.map(table.size).reduce(1, *)).map { _ in
      Float.random(in: -1...1, using: &random)
    }
  }

  var layouts: ParameterLayouts {
    var graph = Graph(role: .main, nodes: nodes)
    graph.initializers = tensors.indices.map(TensorID.init)
    let contracted = contracted
    return ParameterLayouts(
      Model(graphs: [graph], tensors: tensors), table: table, uses: uses,
      isContracted: { contracted.contains(ChannelGroup.Member(use: $0, axis: $1)) })
  }

  /// A chain of matrices `[out, in]`, each making what the next reads; ends are fixed.
  static func chain(_ sizes: [Int], seed: UInt64 = 1) throws -> (LayoutMaker, [DimensionID]) {
    var maker = LayoutMaker()
    let axes = [.fixed(3)] + sizes.map { maker.axis($0) } + [.fixed(3)]
    for (index, (input, output)) in zip(axes, axes.dropFirst()).enumerated() {
      let shape = [output, input]
      try maker.add(shape, maker.numbers(shape, seed: seed &+ UInt64(index)), contracting: [1])
    }
    return (maker, axes.compactMap(\.singleDimension))
  }
}

extension ParameterLayouts {
  /// Selects with the multiplications of matrices as operations.
  func select(_ request: ChannelPruningRequest) throws -> ChannelSelection {
    let cost = ChannelCost(self, changing: Set(ChannelGroups(self).groups.map(\.id)))
    return try ChannelSelector(self, request, operations: { Int(cost.parameters(keeping: $0)) })
      .selection()
  }
}
