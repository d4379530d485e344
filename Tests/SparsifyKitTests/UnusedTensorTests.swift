import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct UnusedTensorTests {
  private func tensor(_ name: ByteString) throws -> Tensor {
    Tensor(
      name: name, elementType: .float32, shape: try #require(Shape([1])),
      contents: MemorySource([0, 0, 0, 0]))
  }

  private func unused(_ graphs: [Graph], _ names: [ByteString]) throws -> [ByteString] {
    let model = try Model(graphs: graphs, tensors: names.map(tensor))
    let unused = UnusedTensors(model)
    return model.tensorIDs.filter(unused.contains).map { model[$0].name }
  }

  @Test("A tensor is unused when nothing reads it, or only what is unused itself")
  func chains() throws {
    let graph = Graph(
      role: .main,
      nodes: [
        Node(operatorType: "Add", inputs: ["x", "used"], outputs: ["y"]),
        Node(operatorType: "Relu", inputs: ["idle"], outputs: ["t"]),
        Node(operatorType: "Relu", inputs: ["t"], outputs: ["nobody"]),
        Node(
          operatorType: "Constant", outputs: ["c"],
          attributes: [Attribute(name: "value", value: .tensor(TensorID(4)))]),
      ],
      inputs: [Value(name: "x")], outputs: [Value(name: "y"), Value(name: "direct")],
      initializers: [TensorID(0), TensorID(1), TensorID(2), TensorID(3)])
    #expect(try unused([graph], ["used", "idle", "direct", "alone", ""]) == ["idle", "alone", ""])
  }

  @Test("A branch uses what it reads from around it, unless nothing uses the branch")
  func branches() throws {
    func graph(output: ByteString) -> Graph {
      Graph(
        role: .main,
        nodes: [
          Node(
            operatorType: "If", inputs: ["condition"], outputs: ["y"],
            attributes: [Attribute(name: "then_branch", value: .graph(GraphID(1)))])
        ],
        inputs: [Value(name: "condition"), Value(name: "x")], outputs: [Value(name: output)],
        initializers: [TensorID(0)])
    }
    let body = Graph(
      role: .body(parent: .main),
      nodes: [Node(operatorType: "Add", inputs: ["outer", "inner"], outputs: ["z"])],
      outputs: [Value(name: "z")], initializers: [TensorID(1)])
    #expect(try unused([graph(output: "y"), body], ["outer", "inner"]).isEmpty)
    #expect(try unused([graph(output: "x"), body], ["outer", "inner"]) == ["outer", "inner"])
  }

  @Test("What a node without outputs reads is used")
  func sinks() throws {
    let graph = Graph(
      role: .main, nodes: [Node(operatorType: "Print", inputs: ["a"])], initializers: [TensorID(0)])
    #expect(try unused([graph], ["a"]).isEmpty)
  }

  @Test("A ring of nodes ends")
  func rings() throws {
    let graph = Graph(
      role: .main,
      nodes: [
        Node(operatorType: "Add", inputs: ["b", "t"], outputs: ["a"]),
        Node(operatorType: "Relu", inputs: ["a"], outputs: ["b"]),
      ], outputs: [Value(name: "a")], initializers: [TensorID(0)])
    #expect(try unused([graph], ["t"]).isEmpty)
  }
}
