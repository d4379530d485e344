import ByteStorage
import ModelGraph
import Testing

@Suite struct ExecutionOrderTests {
  private func model(_ nodes: [Node], functions: [Function] = [], bodies: [Graph] = []) -> Model {
    Model(
      graphs: [Graph(role: .main, nodes: nodes, inputs: [Value(name: "x")])] + bodies, tensors: [],
      functions: functions)
  }

  private func node(_ inputs: [ByteString], _ outputs: [ByteString]) -> Node {
    Node(operatorType: "F", inputs: inputs, outputs: outputs)
  }

  @Test func nodesInOrderStayInOrder() throws {
    let nodes = [node(["x"], ["a"]), node(["x"], ["b"]), node(["a", "b"], ["c"])]
    #expect(try model(nodes).executionOrder() == [0, 1, 2])
  }

  @Test func everyPermutationOfAChainIsPutInOrder() throws {
    let chain = [
      node(["x"], ["a"]), node(["a"], ["b"]), node(["b"], ["c"]), node(["c", "x"], ["d"]),
    ]
    for code in 0..<256 {
      let places = [code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3]
      guard Set(places).count == 4 else { continue }
      let order = try model(places.map { chain[$0] }).executionOrder()
      #expect(order.map { places[$0] } == [0, 1, 2, 3])
    }
  }

  @Test func aBodyNeedsTheValuesAroundIt() throws {
    var branch = node([], ["y"])
    branch.attributes = [Attribute(name: "body", value: .graph(GraphID(1)))]
    let body = Graph(role: .body(parent: .main), nodes: [node(["a"], ["z"])])
    let order = try model([branch, node(["x"], ["a"])], bodies: [body]).executionOrder()
    #expect(order == [1, 0])
  }

  @Test func aLoopIsNamedAndNothingElse() {
    let nodes = [
      node(["x"], ["free"]), node(["c", "free"], ["a"]), node(["a"], ["b"]), node(["b"], ["c"]),
      node(["c"], ["after"]),
    ]
    #expect(throws: GraphDefect.self) { try model(nodes).executionOrder() }
    do {
      _ = try model(nodes).executionOrder()
    } catch {
      guard case .cycle(let names) = error else { return #expect(Bool(false), "\(error)") }
      #expect(Set(names) == ["a", "b", "c"])
      #expect(names.count == 3)
    }
  }

  @Test func aMissingValueComesWithSimilarNames() {
    let nodes = [node(["x"], ["weight"]), node(["wieght"], ["y"])]
    #expect(
      throws: GraphDefect.missing("wieght", node: "y", nearest: ["weight"])
    ) { try model(nodes).executionOrder() }
  }

  @Test(arguments: [[1], [0], [1, 2, 0], [1, 2, 1]])
  func functionsThatCallEachOtherAreRefused(callees: [Int]) {
    let names: [ByteString] = ["f0", "f1", "f2"]
    let functions = callees.indices.map {
      Function(name: names[$0], domain: "d", body: GraphID($0 + 1))
    }
    let bodies = callees.map { callee in
      Graph(
        role: .function, nodes: [Node(operatorType: names[callee], domain: "d", outputs: ["y"])])
    }
    let model = model([], functions: functions, bodies: bodies)
    let isRecursive = callees.count > 1 || callees == [0]
    if isRecursive {
      #expect(throws: GraphDefect.self) { try model.executionOrder() }
    } else {
      #expect(throws: Never.self) { try model.executionOrder() }
    }
  }

  @Test func aLongChainTakesLinearTimeAndNoStack() throws {
    let count = 50_000
    let nodes = (0..<count).reversed().map {
      node([ByteString($0 == 0 ? "x" : "v\($0 - 1)")], [ByteString("v\($0)")])
    }
    #expect(try model(nodes).executionOrder() == Array((0..<count).reversed()))
  }
}
