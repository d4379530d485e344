import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

/// Between a matrix that makes channels and one that reads them stand a few nodes.
@Suite struct ZeroFlowTests {
  private func keepsZeros(
    _ nodes: [(ByteString, [ByteString], ByteString)], constants: [ByteString: Float] = [:],
    normalizing: Bool = false, axesOfLast: Int = 1, readerMakesChannels: Bool = false
  ) throws -> Bool {
    var maker = LayoutMaker()
    let channels = maker.axis(4)
    try maker.add(
      [channels, .fixed(2)], maker.numbers([channels, .fixed(2)], seed: 0), contracting: [1])
    try maker.add(
      [.fixed(2), channels], maker.numbers([channels, .fixed(2)], seed: 1), contracting: [1])
    for (name, value) in constants.sorted(by: { $0.key < $1.key }) {
      let bytes = withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
      maker.tensors.append(
        Tensor(
          name: name, elementType: .float32, shape: try #require(Shape([])),
          contents: MemorySource(bytes)))
    }
    // The chain is made -> a ... -> z, which the second matrix reads.
    maker.nodes[0].outputs = ["a"]
    maker.nodes[1].inputs[0] = "z"
    maker.nodes += nodes.map { Node(operatorType: $0.0, inputs: $0.1, outputs: [$0.2]) }
    maker.nodes.append(maker.nodes.remove(at: 1))
    maker.uses[1] = ParameterUse(
      tensor: maker.uses[1].tensor, name: maker.uses[1].name,
      node: NodeID(graph: .main, index: maker.nodes.count - 1), input: 1, axes: maker.uses[1].axes,
      role: .weight)
    var values: [ByteString: TracedValue] = ["x2": TracedValue(axes: [.fixed(1), .fixed(2)])]
    for name in ["a"] + nodes.map(\.2) { values[name] = TracedValue(axes: [.fixed(1), channels]) }
    values["z"] = TracedValue(axes: [.fixed(1)] + Array(repeating: channels, count: axesOfLast))
    if readerMakesChannels { values["x2"] = values["z"] }
    if normalizing {
      let node = NodeID(graph: .main, index: maker.nodes.count - 2)
      for input in 1...4 {
        maker.uses.append(
          ParameterUse(
            tensor: TensorID(0), name: maker.nodes[node.index].inputs[input], node: node,
            input: input, axes: [channels], role: input == 1 ? .scale : .other))
      }
    }
    let id = try #require(channels.singleDimension)
    return ZeroFlow(maker.layouts, values: values).keepsZeros(id)
  }

  @Test func rectifiersKeepZerosAndGatesDoNot() throws {
    #expect(try keepsZeros([("Relu", ["a"], "z")]))
    #expect(try !keepsZeros([("Sigmoid", ["a"], "z")]))
    #expect(try !keepsZeros([("NobodyKnows", ["a"], "z")]))
  }

  @Test func aGateIsHarmlessWhenItIsMultipliedWithZeros() throws {
    #expect(try keepsZeros([("Sigmoid", ["a"], "b"), ("Mul", ["a", "b"], "z")]))
    #expect(try !keepsZeros([("Sigmoid", ["a"], "b"), ("Add", ["a", "b"], "z")]))
    #expect(try keepsZeros([("Relu", ["a"], "b"), ("Add", ["a", "b"], "z")]))
  }

  @Test func addingANumberBreaksZeros() throws {
    #expect(try !keepsZeros([("Add", ["a", "c"], "z")], constants: ["c": 1]))
    #expect(try keepsZeros([("Mul", ["a", "c"], "z")], constants: ["c": 3]))
  }

  @Test func normalisationKeepsZeros() throws {
    let inputs: [ByteString] = ["a", "scale", "bias", "mean", "variance"]
    #expect(try keepsZeros([("BatchNormalization", inputs, "z")], normalizing: true))
    #expect(
      try !keepsZeros(
        [("Sigmoid", ["a"], "b"), ("BatchNormalization", ["b"] + inputs.dropFirst(), "z")],
        normalizing: true))
  }

  @Test func aReaderThatMakesTheSameChannelsStillReadsThem() throws {
    #expect(try keepsZeros([("Relu", ["a"], "z")], readerMakesChannels: true))
    #expect(try !keepsZeros([("Sigmoid", ["a"], "z")], readerMakesChannels: true))
  }

  @Test func productsOfChannelsWithThemselvesAreNotTrusted() throws {
    #expect(try !keepsZeros([("Mul", ["a", "a"], "z")], axesOfLast: 2))
  }

  @Test func clippingKeepsZerosThatLieInside() throws {
    #expect(try keepsZeros([("Clip", ["a", "l", "h"], "z")], constants: ["l": 0, "h": 6]))
    #expect(try !keepsZeros([("Clip", ["a", "l", "h"], "z")], constants: ["l": 1, "h": 6]))
    #expect(try keepsZeros([("Clip", ["a"], "z")]))
    #expect(try !keepsZeros([("Clip", ["a", "unknown"], "z")]))
  }
}
