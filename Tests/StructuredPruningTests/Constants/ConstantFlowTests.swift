import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

/// Between a matrix that makes channels and one that reads them stand a few nodes.
@Suite struct ConstantFlowTests {
  /// For each of 4 channels, whether it goes unmissed if its weights are zero.
  ///
  /// `vectors` have a number for each channel. The reader is a `Gemm`, which has a bias for constants,
  /// or a convolution that has none.
  private func dispensable(
    _ nodes: [(ByteString, [ByteString], ByteString)], scalars: [ByteString: Float] = [:],
    vectors: [ByteString: [Float]] = [:], axesOfLast: Int = 1, readerMakesChannels: Bool = false,
    reader: ByteString = "Conv", assumesZeroWeights: Bool = true
  ) throws -> [Bool] {
    var maker = LayoutMaker()
    let channels = maker.axis(4)
    try maker.add(
      [channels, .fixed(2)], maker.numbers([channels, .fixed(2)], seed: 0), contracting: [1])
    try maker.add(
      [channels, .fixed(2)], maker.numbers([channels, .fixed(2)], seed: 1), reader,
      contracting: [0])
    for (name, value) in scalars.sorted(by: { $0.key < $1.key }) {
      maker.tensors.append(try tensor(name, [], [value]))
    }
    // The chain is made -> a ... -> z, which the second matrix reads.
    maker.nodes[0].outputs = ["a"]
    maker.nodes[1].inputs[0] = "z"
    maker.nodes += nodes.map { Node(operatorType: $0.0, inputs: $0.1, outputs: [$0.2]) }
    maker.nodes.append(maker.nodes.remove(at: 1))
    let last = NodeID(graph: .main, index: maker.nodes.count - 1)
    maker.uses[1] = ParameterUse(
      tensor: maker.uses[1].tensor, name: maker.uses[1].name, node: last, input: 1,
      axes: maker.uses[1].axes, role: .weight)
    for (name, numbers) in vectors.sorted(by: { $0.key < $1.key }) {
      maker.tensors.append(try tensor(name, [4], numbers))
      for (index, node) in maker.nodes.enumerated() {
        guard let input = node.inputs.firstIndex(of: name) else { continue }
        maker.uses.append(
          ParameterUse(
            tensor: TensorID(maker.tensors.count - 1), name: name,
            node: NodeID(graph: .main, index: index), input: input, axes: [channels]))
      }
    }
    var values: [ByteString: TracedValue] = ["x2": TracedValue(axes: [.fixed(1), .fixed(2)])]
    for name in ["a"] + nodes.map(\.2) { values[name] = TracedValue(axes: [.fixed(1), channels]) }
    values["z"] = TracedValue(axes: [.fixed(1)] + Array(repeating: channels, count: axesOfLast))
    if readerMakesChannels { values["x2"] = values["z"] }
    let id = try #require(channels.singleDimension)
    let flow = ConstantFlow(
      maker.layouts, values: values, assumesZeroWeights: assumesZeroWeights)
    return (0..<4).map { flow.isDispensable(id, $0) }
  }

  private func tensor(_ name: ByteString, _ shape: [Int], _ values: [Float]) throws -> Tensor {
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
    }
    return Tensor(
      name: name, elementType: .float32, shape: try #require(Shape(shape)),
      contents: MemorySource(bytes))
  }

  private func keepsZeros(
    _ nodes: [(ByteString, [ByteString], ByteString)], constants: [ByteString: Float] = [:],
    axesOfLast: Int = 1, readerMakesChannels: Bool = false
  ) throws -> Bool {
    let found = try dispensable(
      nodes, scalars: constants, axesOfLast: axesOfLast, readerMakesChannels: readerMakesChannels)
    #expect(Set(found).count == 1)
    return found[0]
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

  @Test func normalisationKeepsZerosItDoesNotShift() throws {
    let node: (ByteString, [ByteString], ByteString) = (
      "BatchNormalization", ["a", "scale", "bias", "mean", "variance"], "z"
    )
    let vectors: [ByteString: [Float]] = [
      "scale": [2, 2, 0, 2], "bias": [0, 3, 0, 1], "mean": [0, 0, 7, 0], "variance": [1, 1, 1, 1],
    ]
    #expect(try dispensable([node], vectors: vectors) == [true, false, true, false])
    #expect(
      try dispensable([node], vectors: vectors, reader: "Gemm") == [true, true, true, true])
    // A factor of zero makes a constant whatever the weights are.
    #expect(
      try dispensable([node], vectors: vectors, reader: "Gemm", assumesZeroWeights: false)
        == [false, false, true, false])
  }

  @Test func aBiasTakesConstantsOver() throws {
    let shifted: [(ByteString, [ByteString], ByteString)] = [("Add", ["a", "bias"], "z")]
    let bias: [ByteString: [Float]] = ["bias": [0, 1, .infinity, .nan]]
    #expect(try dispensable(shifted, vectors: bias) == [true, false, false, false])
    #expect(
      try dispensable(shifted, vectors: bias, reader: "Gemm") == [true, true, false, false])
    let mixed = try dispensable([("Softmax", ["a"], "z")], reader: "Gemm")
    #expect(mixed == [false, false, false, false])
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
