import ByteStorage
import ModelGraph
import Testing

@Suite struct ModelInvariantsTests {
  private static func tensor(_ name: ByteString, bytes: Int = 4) -> Tensor {
    guard let shape = Shape([2, 2]) else { preconditionFailure("a fixed shape") }
    return Tensor(
      name: name, elementType: .int8, shape: shape,
      contents: MemorySource(Array(repeating: 0, count: bytes)))
  }

  private static func node(_ output: ByteString, _ value: AttributeValue? = nil) -> Node {
    let attributes = value.map { [Attribute(name: "a", value: $0)] } ?? []
    return Node(operatorType: "Op", outputs: [output, ""], attributes: attributes)
  }

  @Test func aSoundModelHasNoViolation() {
    let main = Graph(
      role: .main, nodes: [Self.node("a", .tensor(TensorID(1))), Self.node("b")],
      initializers: [TensorID(0)])
    let body = Graph(
      role: .body(parent: .main), nodes: [Self.node("a")], initializers: [TensorID(2)])
    let tensors = [Self.tensor("w"), Self.tensor("w"), Self.tensor("w")]
    #expect(ModelInvariants.violations(in: Model(graphs: [main, body], tensors: tensors)) == [])
  }

  /// For each invariant, models that break it and no invariant before it.
  static let broken: [(Int, Graph, [Graph])] = [
    (0, Graph(role: .main, initializers: [TensorID(3)]), []),
    (0, Graph(role: .main, initializers: [TensorID(-1)]), []),
    (0, Graph(role: .main, nodes: [node("a", .tensors([TensorID(0), TensorID(7)]))]), []),
    (0, Graph(role: .main, nodes: [node("a", .graph(GraphID(1)))]), []),
    (1, Graph(role: .function), []),
    (1, Graph(role: .main), [Graph(role: .main)]),
    (2, Graph(role: .main), [Graph(role: .body(parent: GraphID(5)))]),
    (2, Graph(role: .main), [Graph(role: .body(parent: GraphID(1)))]),
    (
      2, Graph(role: .main),
      [Graph(role: .body(parent: GraphID(2))), Graph(role: .body(parent: GraphID(1)))]
    ),
    (4, Graph(role: .main, initializers: [TensorID(0), TensorID(1)]), []),
    (5, Graph(role: .main, nodes: [node("a"), node("a")]), []),
  ]

  @Test(arguments: broken.indices)
  func eachInvariantFindsWhatBreaksIt(index: Int) {
    let (invariant, main, others) = Self.broken[index]
    let model = Model(graphs: [main] + others, tensors: [Self.tensor("w"), Self.tensor("w")])
    let found = ModelInvariants.violations(in: model)
    #expect(found.allSatisfy { $0.hasPrefix(ModelInvariants.all[invariant].name) })
    #expect(!found.isEmpty)
  }

  @Test func contentsOfAnotherSizeAreFound() {
    let model = Model(graphs: [Graph(role: .main)], tensors: [Self.tensor("w", bytes: 5)])
    #expect(
      ModelInvariants.violations(in: model) == [
        "contents have the size of their shape: tensor 0 \"w\" has 5 bytes for 2x2 int8"
      ])
  }

  @Test func aModelWithoutGraphsIsNone() {
    #expect(!ModelInvariants.violations(in: Model(graphs: [], tensors: [])).isEmpty)
  }
}
