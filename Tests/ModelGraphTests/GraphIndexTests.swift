import ByteStorage
import ModelGraph
import Testing

@Suite struct GraphIndexTests {
  private func model() throws -> Model {
    let scalar = try #require(Shape([]))
    let tensor = Tensor(
      name: "w", elementType: .uint8, shape: scalar, contents: MemorySource([1]))
    let outer = Graph(
      role: .main,
      nodes: [
        Node(operatorType: "Relu", inputs: ["x"], outputs: ["a"]),
        Node(operatorType: "If", inputs: ["a", "", "a"], outputs: ["", "b"]),
      ], inputs: [Value(name: "x"), Value(name: "w")], initializers: [TensorID(0)])
    let body = Graph(
      role: .body(parent: .main),
      nodes: [Node(operatorType: "Add", inputs: ["a", "w"], outputs: ["x"])])
    let function = Graph(
      role: .function, nodes: [Node(operatorType: "Add", inputs: ["a", "w"], outputs: ["c"])])
    return Model(graphs: [outer, body, function], tensors: [tensor])
  }

  @Test func namesAreFoundInTheGraphAndThenAround() throws {
    let index = GraphIndex(try model())
    let (main, body, function) = (GraphID(0), GraphID(1), GraphID(2))
    #expect(index.definition(of: "x", in: main) == .input(0))
    #expect(index.definition(of: "x", in: body) == .node(NodeID(graph: body, index: 0), output: 0))
    #expect(index.definition(of: "a", in: body) == .node(NodeID(graph: main, index: 0), output: 0))
    #expect(index.definition(of: "b", in: body) == .node(NodeID(graph: main, index: 1), output: 1))
    #expect(index.definition(of: "w", in: body) == .initializer(TensorID(0)))
    #expect(index.definition(of: "w", in: function) == nil)
    #expect(index.definition(of: "", in: main) == nil)
    #expect(index.home(of: "a", in: body) == main)
  }

  @Test func readersIncludeThoseOfBodiesAndEachOnce() throws {
    let index = GraphIndex(try model())
    let (main, body) = (GraphID(0), GraphID(1))
    #expect(
      index.readers(of: "a", in: main)
        == [NodeID(graph: main, index: 1), NodeID(graph: body, index: 0)])
    #expect(index.readers(of: "w", in: body) == [NodeID(graph: body, index: 0)])
    #expect(index.readers(of: "nothing", in: main).isEmpty)
  }

  @Test func aRingOfParentsEnds() {
    let graphs = [
      Graph(role: .body(parent: GraphID(1))), Graph(role: .body(parent: GraphID(0))),
      Graph(role: .body(parent: GraphID(9))), Graph(role: .body(parent: GraphID(-1))),
    ]
    let index = GraphIndex(Model(graphs: graphs, tensors: []))
    for graph in 0..<4 { #expect(index.definition(of: "a", in: GraphID(graph)) == nil) }
  }
}
