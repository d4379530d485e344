import ByteStorage
import ModelGraph
import ShapeInference
import Testing

@testable import StructuredPruning

@Suite struct ResidualBlockTests {
  private func model(_ nodes: [Node], outputs: [ByteString]) -> Model {
    let shape = ValueType.tensor(.float32, [.fixed(2), .fixed(4)])
    return Model(
      graphs: [
        Graph(
          role: .main, nodes: nodes, inputs: [Value(name: "x", type: shape)],
          outputs: outputs.map { Value(name: $0, type: shape) })
      ], tensors: [], operatorSets: [OperatorSet(domain: "", version: 17)])
  }

  private func node(_ name: ByteString, _ inputs: [ByteString], _ output: ByteString) -> Node {
    Node(operatorType: name, inputs: inputs, outputs: [output])
  }

  private func blocks(_ nodes: [Node], outputs: [ByteString]) -> [ResidualBlock] {
    let model = model(nodes, outputs: outputs)
    return ResidualBlock.all(in: model, EvaluatedGraph(model, .first))
  }

  @Test func whatIsAddedToItsOwnInputIsABlock() {
    let found = blocks(
      [node("Relu", ["x"], "a"), node("Tanh", ["a"], "b"), node("Add", ["b", "x"], "y")],
      outputs: ["y"])
    #expect(found.map(\.input) == ["x"])
    #expect(found.first?.body.map(\.index) == [0, 1])
  }

  @Test func aBlockThatOthersReadFromStays() {
    let inside = blocks(
      [
        node("Relu", ["x"], "a"), node("Tanh", ["a"], "b"), node("Add", ["b", "x"], "y"),
        node("Abs", ["a"], "z"),
      ], outputs: ["y", "z"])
    #expect(inside.isEmpty)
    let output = blocks(
      [node("Relu", ["x"], "a"), node("Add", ["a", "x"], "y")], outputs: ["y", "a"])
    #expect(output.isEmpty)
  }

  @Test func twoBranchesOfOneValueAreNoBlock() {
    let found = blocks(
      [node("Relu", ["x"], "a"), node("Tanh", ["x"], "b"), node("Add", ["a", "b"], "y")],
      outputs: ["y"])
    #expect(found.isEmpty)
  }

  @Test func blocksInARowAreFoundOneByOne() {
    let found = blocks(
      [
        node("Relu", ["x"], "a"), node("Add", ["x", "a"], "s"), node("Tanh", ["s"], "b"),
        node("Add", ["b", "s"], "y"),
      ], outputs: ["y"])
    #expect(found.map(\.input) == ["x", "s"])
    #expect(found.map(\.output) == ["s", "y"])
  }
}
