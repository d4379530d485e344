import ByteStorage
import ModelGraph
import ShapeInference
import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct RuleContractTests {
  @Test func noOperatorHasTwoRules() {
    let names = OperatorRules.all.flatMap(\.operators)
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: OperatorRules.all.map(\.operators).joined().sorted())
  func noRuleTrapsOnNonsense(name: String) throws {
    let rule = try #require(OperatorRules.all.first { $0.operators.contains(name) })
    var maker = NonsenseMaker(operatorName: name)
    for _ in 0..<120 {
      let context = maker.context()
      let model = maker.model(of: context)
      var structure = Structure(model, EvaluatedGraph(model, .first))
      rule.relate(context, in: &structure)
      for output in context.node.outputs {
        for axis in structure.values[output]?.axes ?? [] { #expect(structure.size(axis) >= 0) }
      }
      let change = maker.change(of: context)
      let attributes = rule.attributes(change)
      #expect(attributes.count <= 3)
      for (_, wanted) in rule.arguments(change) {
        // Whether they do is of no interest.
        for given in [wanted.elements, [], [0], [-1], [Int.min, .max, 0]] {
          _ = wanted.accepts(given)
        }
      }
    }
  }
}

/// Nodes as only a broken file has them.
private struct NonsenseMaker {
  private let operatorName: String
  private var random: SeededGenerator

  init(operatorName: String) {
    self.operatorName = operatorName
    random = SeededGenerator(seed: operatorName.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
  }

  private static let sizes = [0, 1, 1, 2, 2, 2, 3, 4, 6, 6, 8, 12, 1 << 20, 1 << 40, .max]
  private static let numbers: [Int64] = [
    0, 0, 1, 1, 2, 3, 4, -1, -1, -2, 7, 1 << 16, 1 << 33, .max, .min,
  ]
  private static let attributeNames: [ByteString] = [
    "axis", "axes", "group", "perm", "num_groups", "num_outputs", "split", "starts", "ends",
    "blocksize", "transA", "transB", "batch_dims", "hidden_size", "pads", "q_num_heads",
    "kv_num_heads", "equation", "mode", "keepdims", "layout", "allowzero",
  ]

  private mutating func pick<T>(_ values: [T]) -> T {
    values[Int.random(in: values.indices, using: &random)]
  }

  private mutating func shape() -> [Int]? {
    let rank = Int.random(in: -1...5, using: &random)
    let isTame = Bool.random(using: &random)
    return rank < 0
      ? nil : (0..<rank).map { _ in isTame ? pick([1, 2, 2, 4, 4, 6, 8]) : pick(Self.sizes) }
  }

  private mutating func facts() -> TensorFacts? {
    shape().map { shape in
      let count = Int.random(in: 0...4, using: &random)
      let elements = SmallElements.integers((0..<count).map { _ in Int(pick(Self.numbers)) })
      return TensorFacts(
        elementType: .float32, shape: shape,
        elements: Bool.random(using: &random) ? elements : nil)
    }
  }

  private mutating func attribute() -> AttributeValue {
    switch Int.random(in: 0..<6, using: &random) {
    case 0: .float(.nan)
    case 1: .string(pick(["bij,bjk->bik", "CRD", "reflect", "...", "->", "a,b"]))
    case 2: .ints((0..<Int.random(in: 0...4, using: &random)).map { _ in pick(Self.numbers) })
    default: .int(pick(Self.numbers))
    }
  }

  mutating func context() -> NodeContext {
    let inputs = Int.random(in: 0...9, using: &random)
    let outputs = Int.random(in: 0...4, using: &random)
    let dot = operatorName.lastIndex(of: ".")
    let node = Node(
      operatorType: ByteString(
        dot.map { String(operatorName[operatorName.index(after: $0)...]) } ?? operatorName),
      domain: dot == nil ? "" : "com.microsoft",
      inputs: (0..<inputs).map {
        Int.random(in: 0..<8, using: &random) == 0 ? "" : ByteString("i\($0)")
      },
      outputs: (0..<outputs).map { ByteString("o\($0)") },
      attributes: Self.attributeNames.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        .map { Attribute(name: $0, value: attribute()) })
    // One shape for all now and then, so that rules get beyond their first look.
    let common = facts()
    let isCommon = Bool.random(using: &random)
    return NodeContext(
      id: NodeID(graph: .main, index: 0), node: node, version: pick([1, 9, 13, 18, 23]),
      inputs: node.inputs.map { $0.isEmpty ? nil : isCommon ? common : facts() },
      outputs: node.outputs.map { _ in isCommon ? common : facts() })
  }

  /// A model in which some of the inputs are constants.
  mutating func model(of context: NodeContext) -> Model {
    var tensors: [Tensor] = []
    for (name, facts) in zip(context.node.inputs, context.inputs) where !name.isEmpty {
      guard Bool.random(using: &random), let shape = facts.flatMap({ Shape($0.shape) }) else {
        continue
      }
      tensors.append(
        Tensor(name: name, elementType: .float32, shape: shape, contents: MemorySource([])))
    }
    return Model(
      graphs: [
        Graph(role: .main, nodes: [context.node], initializers: tensors.indices.map(TensorID.init))
      ], tensors: tensors)
  }

  mutating func change(of context: NodeContext) -> NodeChange {
    let isShort = Bool.random(using: &random)
    let inputs = context.inputs.map { Bool.random(using: &random) ? $0?.shape : shape() }
    let outputs = context.outputs.map { Bool.random(using: &random) ? $0?.shape : shape() }
    return NodeChange(
      context: context, newInputs: isShort ? [] : inputs, newOutputs: isShort ? [] : outputs,
      keptBelow: { _, _, position in position / 2 })
  }
}
