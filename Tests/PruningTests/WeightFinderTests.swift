import ByteStorage
import ModelGraph
import Testing

@testable import Pruning

/// One operator with a constant weight, and how that weight is stored.
struct OperatorCase: Sendable, CustomTestStringConvertible {
  var type: ByteString
  var domain: ByteString = ""
  /// Which input is the weight.
  var operand = 1
  var shape: [Int]
  var attributes: [Attribute] = []
  var reduction: StridedAxis
  var output: StridedAxis?
  var elementType = ElementType.float32

  var testDescription: String { "\(domain) \(type) \(operand)" }
}

private func axis(_ length: Int, _ stride: Int) -> StridedAxis {
  StridedAxis(length: length, stride: stride)
}

private let operators: [OperatorCase] = [
  .init(type: "Conv", shape: [8, 3, 2, 2], reduction: axis(3, 4), output: axis(8, 12)),
  .init(type: "DeformConv", shape: [8, 3, 2, 2], reduction: axis(3, 4), output: axis(8, 12)),
  .init(
    type: "FusedConv", domain: "com.microsoft", shape: [8, 3, 5], reduction: axis(3, 5),
    output: axis(8, 15)),
  .init(type: "ConvTranspose", shape: [6, 4, 3], reduction: axis(6, 12), output: axis(4, 3)),
  .init(
    type: "ConvTranspose", shape: [6, 4, 3], attributes: [.int("group", 2)], reduction: axis(3, 12),
    output: axis(4, 3)),
  .init(type: "MatMul", shape: [5, 7], reduction: axis(5, 7), output: axis(7, 1)),
  .init(type: "MatMul", operand: 0, shape: [5, 7], reduction: axis(7, 1), output: axis(5, 7)),
  .init(type: "MatMul", shape: [2, 5, 7], reduction: axis(5, 7), output: axis(7, 1)),
  .init(type: "MatMul", shape: [5], reduction: axis(5, 1), output: nil),
  .init(type: "Gemm", shape: [5, 7], reduction: axis(5, 7), output: axis(7, 1)),
  .init(
    type: "Gemm", shape: [5, 7], attributes: [.int("transB", 1)], reduction: axis(7, 1),
    output: axis(5, 7)),
  .init(type: "Gemm", operand: 0, shape: [5, 7], reduction: axis(7, 1), output: axis(5, 7)),
  .init(
    type: "Gemm", operand: 0, shape: [5, 7], attributes: [.int("transA", 1)], reduction: axis(5, 7),
    output: axis(7, 1)),
  .init(
    type: "FusedMatMul", domain: "com.microsoft", shape: [5, 7], attributes: [.int("transB", 1)],
    reduction: axis(7, 1), output: axis(5, 7)),
  .init(
    type: "FusedGemm", domain: "com.microsoft", shape: [5, 7], reduction: axis(5, 7),
    output: axis(7, 1)),
  .init(type: "LSTM", shape: [2, 8, 3], reduction: axis(3, 1), output: axis(8, 3)),
  .init(type: "LSTM", operand: 2, shape: [1, 8, 2], reduction: axis(2, 1), output: axis(8, 2)),
  .init(type: "GRU", shape: [1, 6, 3], reduction: axis(3, 1), output: axis(6, 3)),
  .init(type: "RNN", operand: 2, shape: [1, 2, 2], reduction: axis(2, 1), output: axis(2, 2)),
  .init(
    type: "ConvInteger", shape: [8, 3, 2, 2], reduction: axis(3, 4), output: axis(8, 12),
    elementType: .uint8),
  .init(
    type: "MatMulInteger", shape: [5, 7], reduction: axis(5, 7), output: axis(7, 1),
    elementType: .int8),
  .init(
    type: "QLinearConv", operand: 3, shape: [8, 3, 2], reduction: axis(3, 2), output: axis(8, 6),
    elementType: .int8),
  .init(
    type: "QLinearMatMul", operand: 3, shape: [5, 7], reduction: axis(5, 7), output: axis(7, 1),
    elementType: .int8),
  .init(
    type: "Attention", domain: "com.microsoft", shape: [5, 15], reduction: axis(5, 15),
    output: axis(15, 1)),
  .init(
    type: "QAttention", domain: "com.microsoft", shape: [5, 15], reduction: axis(5, 15),
    output: axis(15, 1), elementType: .int8),
]

/// A model of one node with its weight, behind some steps.
private func maker(
  _ type: ByteString, operand: Int = 1, shape: [Int], attributes: [Attribute] = [],
  domain: ByteString = "", elementType: ElementType = .float32
) throws -> ModelMaker {
  var maker = ModelMaker()
  let size = try #require(elementType.byteCount(of: shape.reduce(1, *)))
  maker.add(try .bytes("w", elementType, shape, Array(repeating: 1, count: size)))
  var inputs: [ByteString] = Array(repeating: "x", count: operand)
  inputs.append("w")
  maker.node(type, inputs, ["y"], attributes, domain: domain, name: "node")
  return maker
}

private func onlyWeight(_ model: Model) throws -> PrunableWeight {
  let weights = try PrunableWeights(of: model).weights
  #expect(weights.count == 1)
  return try #require(weights.first)
}

@Suite struct WeightOperandTests {
  @Test(arguments: operators)
  func theWeightAndItsAxesAreFound(_ item: OperatorCase) throws {
    let maker = try maker(
      item.type, operand: item.operand, shape: item.shape, attributes: item.attributes,
      domain: item.domain, elementType: item.elementType)
    let weight = try onlyWeight(maker.model)
    #expect(weight.layout?.reduction == item.reduction)
    #expect(weight.layout?.output == item.output)
    #expect(weight.refusal == nil)
    #expect(weight.readers.map(\.name) == ["node"])
    #expect(weight.readers.map(\.operatorType) == [item.type])
  }

  @Test(arguments: ["Gather", "Add", "LayerNormalization", "Mul"] as [ByteString])
  func otherOperandsAreNoWeights(type: ByteString) throws {
    let found = try PrunableWeights(of: try maker(type, shape: [20, 20]).model)
    #expect(found.weights.isEmpty)
    #expect(found.otherReaders == [TensorID(0): [type]])
  }

  @Test func biasesAreNoWeights() throws {
    let found = try PrunableWeights(of: try maker("Conv", operand: 2, shape: [8]).model)
    #expect(found.weights.isEmpty)
  }

  @Test func anotherDomainIsAnotherOperator() throws {
    let model = try maker("Conv", shape: [8, 8, 1, 1], domain: "custom").model
    #expect(try PrunableWeights(of: model).weights.isEmpty)
  }

  @Test func packedWeightsAreLeftAlone() throws {
    let maker = try maker(
      "MatMulNBits", shape: [8, 2, 16], domain: "com.microsoft", elementType: .uint8)
    #expect(try onlyWeight(maker.model).refusal?.reason.contains("packed") == true)
  }

  @Test func groupsThatDoNotDivideTheChannelsLeaveNoLayout() throws {
    for group in [4, 0, -1] {
      let maker = try maker(
        "ConvTranspose", shape: [6, 4, 3], attributes: [.int("group", group)])
      let weight = try onlyWeight(maker.model)
      #expect(weight.layout == nil)
      #expect(weight.layoutRefusal != nil)
    }
  }

  @Test func typesWithoutZeroAreRefused() throws {
    for type in [ElementType.bool, .complex64, .float8E8M0] {
      let maker = try maker("MatMul", shape: [4, 4], elementType: type)
      #expect(try onlyWeight(maker.model).refusal != nil)
    }
  }

  @Test func contentsOfTheWrongSizeAreADefect() throws {
    var maker = ModelMaker()
    maker.add(try .bytes("w", .float32, [4, 4], [1, 2, 3]))
    maker.node("MatMul", ["x", "w"], ["y"])
    #expect(try onlyWeight(maker.model).refusal?.isDefect == true)
  }
}

@Suite struct WeightChainTests {
  /// A weight `w` of a shape, steps from it to `v`, and a MatMul that reads `v`.
  private func chain(
    _ shape: [Int], elementType: ElementType = .float32, reader: ByteString = "MatMul",
    _ build: (inout ModelMaker) throws -> Void
  ) throws -> PrunableWeight {
    var maker = ModelMaker()
    let size = try #require(elementType.byteCount(of: shape.reduce(1, *)))
    maker.add(try .bytes("w", elementType, shape, Array(repeating: 1, count: size)))
    try build(&maker)
    maker.node(reader, ["x", "v"], ["y"])
    return try onlyWeight(maker.model)
  }

  @Test func identityAndCastChangeNothing() throws {
    let weight = try chain([5, 7]) {
      $0.node("Identity", ["w"], ["a"])
      $0.node("Cast", ["a"], ["v"], [.int("to", 10)])
    }
    #expect(weight.layout?.reduction == axis(5, 7))
  }

  @Test func transposesAreUndone() throws {
    let plain = try chain([5, 7]) { $0.node("Transpose", ["w"], ["v"]) }
    #expect(plain.layout?.reduction == axis(7, 1))
    #expect(plain.layout?.isTransposed == false)
    let permuted = try chain([5, 2, 7]) {
      $0.node("Transpose", ["w"], ["v"], [.ints("perm", [1, 2, 0])])
    }
    #expect(permuted.layout?.reduction == axis(7, 1))
    #expect(permuted.layout?.output == axis(5, 14))
    let twice = try chain([5, 7]) {
      $0.node("Transpose", ["w"], ["a"])
      $0.node("Transpose", ["a"], ["v"])
    }
    #expect(twice.layout?.reduction == axis(5, 7))
  }

  @Test func aWrongPermutationLosesTheAxesOnly() throws {
    for perm in [[0, 0], [0], [1, 2], [0, -1]] {
      let weight = try chain([5, 7]) {
        $0.node("Transpose", ["w"], ["v"], [.ints("perm", perm)], name: "turn")
      }
      #expect(weight.layout == nil)
      #expect(weight.refusal == nil)
      #expect(weight.layoutRefusal?.reason.contains("Transpose \"turn\"") == true)
    }
  }

  @Test func reshapesAreFollowedWhileTheyAreViews() throws {
    // [5, 2, 7] as [5, 14] and as [10, 7]; the inner sizes are merged.
    let merged = try chain([5, 2, 7]) {
      $0.add(try .int64s("shape", [0, -1]))
      $0.node("Reshape", ["w", "shape"], ["v"])
    }
    #expect(merged.layout?.reduction == axis(5, 14))
    #expect(merged.layout?.output == axis(14, 1))
    let split = try chain([10, 7]) {
      $0.add(try .int64s("shape", [2, 5, 7]))
      $0.node("Reshape", ["w", "shape"], ["v"])
    }
    #expect(split.layout?.reduction == axis(5, 7))
    let flat = try chain([5, 2, 7]) { $0.node("Flatten", ["w"], ["v"], [.int("axis", 2)]) }
    #expect(flat.layout?.reduction == axis(10, 7))
  }

  @Test func aReshapeThatIsNoViewLosesTheAxes() throws {
    let weight = try chain([4, 6]) {
      $0.add(try .int64s("shape", [4, 6]))
      $0.add(try .int64s("flat", [-1]))
      $0.node("Transpose", ["w"], ["a"])
      $0.node("Reshape", ["a", "shape"], ["v"])
    }
    #expect(weight.layout == nil)
    #expect(weight.refusal == nil)
  }

  @Test(
    arguments: [[-1, -1], [3, -1], [0, 0, 0], [5, -7], [-2, -1], [.max, .max]] as [[Int64]])
  func impossibleShapesLoseTheAxes(target: [Int64]) throws {
    let weight = try chain([5, 7]) {
      $0.add(try .int64s("shape", target))
      $0.node("Reshape", ["w", "shape"], ["v"])
    }
    #expect(weight.layout == nil)
  }

  @Test func anUnknownShapeLosesTheAxes() throws {
    let weight = try chain([5, 7]) { $0.node("Reshape", ["w", "x"], ["v"]) }
    #expect(weight.layout == nil)
  }

  @Test func axesOfOneAreAddedAndTakenAway() throws {
    let weight = try chain([5, 7]) {
      $0.add(try .int64s("axes", [0, -1]))
      $0.node("Unsqueeze", ["w", "axes"], ["a"])
      $0.node("Squeeze", ["a"], ["b"], [.ints("axes", [3])])
      $0.node("Squeeze", ["b"], ["v"])
    }
    #expect(weight.layout?.reduction == axis(5, 7))
    #expect(weight.layout?.output == axis(7, 1))
    for axes in [[0], [5], [-9]] {
      let lost = try chain([5, 7]) { $0.node("Squeeze", ["w"], ["v"], [.ints("axes", axes)]) }
      #expect(lost.layout == nil)
    }
  }

  @Test func dequantisationGivesScaleAndZeroPointOnTheStoredAxis() throws {
    // Quantised by the stored rows, then transposed.
    let weight = try chain([5, 7], elementType: .int8) {
      $0.add(try .counting("scale", [5]))
      $0.add(try .bytes("zero", .int8, [5], [0, 1, 2, 3, 4]))
      $0.node("DequantizeLinear", ["w", "scale", "zero"], ["a"], [.int("axis", 0)])
      $0.node("Transpose", ["a"], ["v"])
    }
    #expect(weight.quantization?.spread == .axis(axis(5, 7)))
    #expect(weight.quantization?.scale == TensorID(1))
    #expect(weight.quantization?.zeroPoint == TensorID(2))
    #expect(weight.refusal == nil)
  }

  @Test func oneScaleIsForTheWhole() throws {
    let weight = try chain([5, 7], elementType: .uint8) {
      $0.add(try .floats("scale", [], [0.5]))
      $0.node("DequantizeLinear", ["w", "scale"], ["v"])
    }
    #expect(weight.quantization?.spread == .whole)
    #expect(weight.quantization?.zeroPoint == nil)
  }

  @Test func blockwiseScalesAreSpreadInBlocks() throws {
    let weight = try chain([8, 6], elementType: .int4) {
      $0.add(try .counting("scale", [3, 6]))
      $0.node(
        "DequantizeLinear", ["w", "scale"], ["v"], [.int("axis", 0), .int("block_size", 3)])
    }
    #expect(weight.quantization?.spread == .blocks(axis(8, 6), block: 3))
  }

  @Test func aScaleThatDoesNotFitIsADefect() throws {
    let weight = try chain([5, 7], elementType: .int8) {
      $0.add(try .counting("scale", [6]))
      $0.node("DequantizeLinear", ["w", "scale"], ["v"])
    }
    #expect(weight.refusal?.isDefect == true)
  }

  @Test func aScaleThatIsComputedIsRefused() throws {
    let weight = try chain([5, 7], elementType: .int8) {
      $0.node("DequantizeLinear", ["w", "x"], ["v"])
    }
    #expect(weight.refusal != nil)
  }

  @Test func floatsThatAreQuantisedOnTheWayStandForThemselves() throws {
    let weight = try chain([5, 7]) {
      $0.add(try .floats("scale", [], [0.5]))
      $0.node("QuantizeLinear", ["w", "scale"], ["a"])
      $0.node("DequantizeLinear", ["a", "scale"], ["v"])
    }
    #expect(weight.quantization == nil)
    #expect(weight.refusal == nil)
  }

  @Test func unsignedIntegersWithoutAZeroPointAreRefused() throws {
    for (type, isRefused) in [(ElementType.uint8, true), (.int8, false)] {
      let weight = try chain([5, 7], elementType: type) {
        $0.node("Cast", ["w"], ["v"], [.int("to", 1)])
      }
      #expect((weight.refusal != nil) == isRefused)
    }
  }

  @Test func operatorsWithScalesGiveThemToTheirWeights() throws {
    var maker = ModelMaker()
    maker.add(try .bytes("w", .int8, [4, 3, 1], Array(repeating: 1, count: 12)))
    maker.add(try .counting("scale", [4]))
    maker.add(try .bytes("zero", .int8, [4], [1, 2, 3, 4]))
    maker.node("QLinearConv", ["x", "xs", "xz", "w", "scale", "zero"], ["y"])
    let weight = try onlyWeight(maker.model)
    #expect(
      weight.quantization
        == Quantization(scale: TensorID(1), zeroPoint: TensorID(2), spread: .axis(axis(4, 3))))
  }

  @Test func aWayThatIsTooLongIsNotFollowed() throws {
    var maker = ModelMaker()
    maker.add(try .counting("v0", [5, 7]))
    for step in 0...ConstantTrace.maximumSteps {
      maker.node("Identity", [ByteString("v\(step)")], [ByteString("v\(step + 1)")])
    }
    maker.node("MatMul", ["x", ByteString("v\(ConstantTrace.maximumSteps + 1)")], ["y"])
    #expect(try PrunableWeights(of: maker.model).weights.isEmpty)
  }

  @Test func aRingOfNodesEnds() throws {
    var maker = ModelMaker()
    maker.node("Identity", ["a"], ["b"])
    maker.node("Identity", ["b"], ["a"])
    maker.node("MatMul", ["x", "a"], ["y"])
    #expect(try PrunableWeights(of: maker.model).weights.isEmpty)
  }
}

@Suite struct WeightScopeTests {
  private func reader(_ name: ByteString) -> Node {
    Node(name: name, operatorType: "MatMul", inputs: ["x", "w"], outputs: ["y"])
  }

  @Test func constantNodesHoldWeights() throws {
    var maker = ModelMaker()
    let id = maker.hold(try .counting("", [5, 7]))
    maker.node("Constant", [], ["w"], [Attribute(name: "value", value: .tensor(id))])
    maker.node("MatMul", ["x", "w"], ["y"])
    #expect(try onlyWeight(maker.model).tensor == id)
  }

  @Test func bodiesReadTheWeightsOfTheGraphsAround() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    maker.others = [
      Graph(role: .body(parent: .main)),
      Graph(role: .body(parent: GraphID(1)), nodes: [reader("inner")]),
    ]
    #expect(try onlyWeight(maker.model).readers.map(\.name) == ["inner"])
  }

  @Test func anInnerNameHidesTheOuterOne() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    let inner = maker.hold(try .counting("w", [7, 5]))
    maker.others = [
      Graph(role: .body(parent: .main), nodes: [reader("a")], initializers: [inner]),
      Graph(role: .body(parent: .main), nodes: [reader("b")], inputs: [Value(name: "w")]),
    ]
    let weight = try onlyWeight(maker.model)
    #expect(weight.tensor == inner)
    #expect(weight.readers.map(\.name) == ["a"])
  }

  @Test func functionsHaveTheirOwnNames() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    let constant = maker.hold(try .counting("", [3, 4]))
    let make = Node(
      operatorType: "Constant", outputs: ["w"],
      attributes: [Attribute(name: "value", value: .tensor(constant))])
    maker.others = [
      Graph(role: .function, nodes: [make, reader("a")]),
      Graph(role: .function, nodes: [reader("b")]),
    ]
    #expect(try onlyWeight(maker.model).tensor == constant)
  }

  /// Adds a function of domain `f` whose body has the value names `x` and `w` as inputs.
  private func add(_ name: ByteString, _ nodes: [Node], to maker: inout ModelMaker) {
    maker.others.append(
      Graph(role: .function, nodes: nodes, inputs: [Value(name: "x"), Value(name: "w")]))
    maker.functions.append(
      Function(name: name, domain: "f", body: GraphID(maker.others.count)))
  }

  @Test func argumentsOfFunctionsAreWeightsWhereTheBodyReadsThemAsSuch() throws {
    var maker = ModelMaker()
    maker.add(try .counting("first", [5, 7]))
    maker.add(try .counting("second", [5, 7]))
    add("Linear", [reader("inside")], to: &maker)
    maker.node("Linear", ["x", "first"], ["y"], domain: "f")
    maker.node("Linear", ["y", "second"], ["z"], domain: "f")
    let weights = try PrunableWeights(of: maker.model).weights
    #expect(weights.map(\.tensor.index) == [0, 1])
    #expect(weights.allSatisfy { $0.readers.map(\.name) == ["inside"] })
    #expect(weights.allSatisfy { $0.layout?.reduction == axis(5, 7) })
  }

  @Test func functionsThatCallEachOtherInARingOrTwiceEndTheSearch() throws {
    var maker = ModelMaker()
    maker.add(try .counting("weight", [5, 7]))
    let depth = 40
    for level in 0..<depth {
      let next = ByteString("f\(level + 1)")
      let call = Node(operatorType: next, domain: "f", inputs: ["x", "w"], outputs: ["y"])
      add(ByteString("f\(level)"), level == depth - 1 ? [reader("end")] : [call, call], to: &maker)
    }
    add("ring", [Node(operatorType: "ring", domain: "f", inputs: ["x", "w"])], to: &maker)
    maker.node("f0", ["x", "weight"], ["y"], domain: "f")
    #expect(try onlyWeight(maker.model).readers.map(\.name) == ["end"])
  }

  @Test func trainingGraphsAreLeftAlone() throws {
    var maker = ModelMaker()
    let id = maker.hold(try .counting("w", [5, 7]))
    maker.others = [Graph(role: .training, nodes: [reader("a")], initializers: [id])]
    #expect(try PrunableWeights(of: maker.model).weights.isEmpty)
  }

  @Test func anInitializerThatIsAlsoAnInputIsAWeight() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    maker.graph.inputs = [Value(name: "x"), Value(name: "w")]
    maker.graph.nodes = [reader("a")]
    #expect(try onlyWeight(maker.model).refusal == nil)
  }

  @Test func tiedWeightsAreOneWeightWithAllReaders() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    maker.node("Gemm", ["x", "w"], ["y"], name: "a")
    maker.node("MatMul", ["y", "w"], ["z"], name: "b")
    maker.node("Gather", ["w", "x"], ["g"])
    let weight = try onlyWeight(maker.model)
    #expect(weight.readers.map(\.name) == ["a", "b"])
    #expect(weight.layout?.reduction == axis(5, 7))
  }

  @Test func aTieThroughATransposeHasNoCommonLayout() throws {
    var maker = ModelMaker()
    maker.add(try .counting("w", [5, 7]))
    maker.node("MatMul", ["x", "w"], ["y"], name: "a")
    maker.node("Gemm", ["y", "w"], ["z"], [.int("transB", 1)], name: "b")
    let weight = try onlyWeight(maker.model)
    #expect(weight.layout == nil)
    #expect(weight.layoutRefusal?.reason == "its readers sum over different axes")
    #expect(weight.refusal == nil)
  }

  @Test func differentScalesOfOneTensorAreRefused() throws {
    var maker = ModelMaker()
    maker.add(try .bytes("w", .int8, [5, 7], Array(repeating: 1, count: 35)))
    for name in ["a", "b"] {
      maker.add(try .floats(ByteString("s" + name), [], [1]))
      maker.node("DequantizeLinear", ["w", ByteString("s" + name)], [ByteString(name)])
      maker.node("MatMul", ["x", ByteString(name)], [ByteString("y" + name)])
    }
    #expect(try onlyWeight(maker.model).refusal != nil)
  }

  @Test func sparseInitializersAreLeftAlone() throws {
    var maker = ModelMaker()
    let values = maker.hold(try .counting("w", [2]))
    let indices = maker.hold(try .int64s("", [0, 3]))
    let shape = try #require(Shape([5, 7]))
    maker.graph.sparseInitializers = [SparseTensor(values: values, indices: indices, shape: shape)]
    maker.graph.nodes = [reader("a")]
    #expect(try onlyWeight(maker.model).refusal?.reason == "it is stored as a sparse tensor")
  }
}

@Suite struct TrackedViewTests {
  /// The stored element at each place of a view, in the view's order.
  private func elements(_ view: TrackedView) -> [Int] {
    view.axes.reduce([0]) { places, axis in
      places.flatMap { place in (0..<axis.length).map { place + $0 * axis.stride } }
    }
  }

  /// All orders of three axes.
  private static let orders = [
    [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
  ]

  /// All shapes of 24 elements with up to four sizes.
  private static let shapes: [[Int]] = {
    let divisors = [1, 2, 3, 4, 6, 8, 12, 24]
    var shapes: [[Int]] = []
    var last: [[Int]] = [[]]
    for _ in 0..<4 {
      last = last.flatMap { shape in divisors.map { shape + [$0] } }
      shapes += last.filter { $0.reduce(1, *) == 24 }
    }
    return shapes
  }()

  @Test func reshapingKeepsTheOrderOfTheElementsOrGivesUp() throws {
    var kept = 0
    for order in Self.orders {
      let view = try #require(TrackedView(stored: [2, 3, 4])?.transposed(order))
      let before = elements(view)
      for shape in Self.shapes {
        guard let after = view.reshaped(shape) else {
          // In storage order every reshape is a view.
          #expect(order != [0, 1, 2], "\(shape)")
          continue
        }
        kept += 1
        #expect(after.dimensions == shape)
        #expect(elements(after) == before, "\(order) \(shape)")
        for (number, axis) in after.axes.enumerated() where axis.length > 1 {
          // The entry on an axis can be told from the stored element alone.
          let inner = shape[(number + 1)...].reduce(1, *)
          for (place, element) in before.enumerated() {
            #expect(axis.entry(of: element) == place / inner % axis.length)
          }
        }
      }
    }
    #expect(kept > Self.shapes.count)
  }

  @Test func aTensorWithoutElementsHasNoView() {
    #expect(TrackedView(stored: [3, 0]) == nil)
  }
}
