import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

@Suite struct RuleFreezeTests {
  /// A node after a convolution, and why the channels of the convolution stay.
  struct Case: CustomTestStringConvertible, Sendable {
    let operatorName: String
    var integers: [[Int]] = []
    var attributes: [(ByteString, AttributeValue)] = []
    var outputs: [ByteString] = ["y"]
    let reason: String

    var testDescription: String { operatorName + ": " + reason }
  }

  static let cases = [
    Case(
      operatorName: "Softmax", attributes: [("axis", .int(1))],
      reason: "makes a distribution of it, in which each position has a meaning"),
    Case(
      operatorName: "ArgMax", attributes: [("axis", .int(1))], reason: "picks positions by data"),
    Case(operatorName: "CumSum", integers: [[1]], reason: "picks positions by data"),
    Case(
      operatorName: "Gather", integers: [[0, 4]], attributes: [("axis", .int(1))],
      reason: "picks positions by number"),
    Case(
      operatorName: "Slice", integers: [[5], [-100], [1], [-1]], reason: "turns it around"),
    Case(
      operatorName: "Slice", integers: [[0], [6], [1], [4]], reason: "takes every 4th position"),
    Case(
      operatorName: "Pad", integers: [[0, 1, 0, 0, 0, 1, 0, 0]],
      attributes: [("mode", .string("reflect"))], reason: "repeats positions at its ends"),
    Case(
      operatorName: "MaxPool", attributes: [("kernel_shape", .ints([1, 1]))], outputs: ["y", "z"],
      reason: "counts places over all channels"),
    Case(operatorName: "NonZero", reason: "there is no rule for the operator"),
    Case(operatorName: "org.example.Strange", reason: "there is no rule for the operator"),
  ]

  @Test(arguments: cases)
  func nodeKeepsTheChannels(_ rule: Case) throws {
    var graph = RuleGraph([1, 3, 4, 4])
    try graph.weight("w", [6, 3, 1, 1])
    graph.node("Conv", ["x", "w"], ["v"])
    for (index, numbers) in rule.integers.enumerated() {
      try graph.integers(ByteString("n\(index)"), numbers)
    }
    let names = rule.integers.indices.map { ByteString("n\($0)") }
    graph.node(rule.operatorName, ["v"] + names, rule.outputs, rule.attributes)
    // What the values of an unknown operator are, nobody says.
    let expected =
      rule.operatorName.contains(".") || rule.operatorName == "NonZero"
      ? ["there is no rule for the operator", "the shapes of its values are not known"]
      : [rule.reason]
    #expect(expected.contains(graph.analysis.reason("w", axis: 0) ?? "nothing"))
  }

  @Test func channelsNobodyNeedsAreFree() throws {
    var graph = RuleGraph([1, 3, 4, 4])
    try graph.weight("w", [6, 3, 1, 1])
    graph.node("Conv", ["x", "w"])
    #expect(graph.analysis.reason("w", axis: 0) == nil)
    #expect(graph.analysis.reason("w", axis: 1) == "it joins an axis that is fixed")
    graph.output("y")
    #expect(graph.analysis.reason("w", axis: 0) == "the value is output \"y\"")
  }

  @Test func aConstantThatMayBeGivenAsAnInputStays() throws {
    var graph = RuleGraph([1, 3, 4, 4])
    try graph.weight("w", [6, 3, 1, 1])
    graph.node("Conv", ["x", "w"])
    graph.input("w", [6, 3, 1, 1])
    #expect(
      graph.analysis.reason("w", axis: 0) == "the constant \"w\" can be given as an input")
  }

  @Test func aConstantThatGoesOutStays() throws {
    var graph = RuleGraph([1, 3, 4, 4])
    try graph.weight("w", [6, 3, 1, 1])
    graph.node("Conv", ["x", "w"])
    graph.output("w")
    #expect(graph.analysis.reason("w", axis: 0) == "the constant \"w\" is also an output")
  }

  @Test(arguments: ["w", "y"] as [ByteString])
  func whatABodyReadsStays(name: ByteString) throws {
    var graph = RuleGraph([1, 3, 4, 4])
    try graph.weight("w", [6, 3, 1, 1])
    graph.node("Conv", ["x", "w"])
    graph.graph.inputs.append(Value(name: "b", type: .tensor(.bool, [])))
    graph.node("If", ["b"], ["z"], [("then_branch", .graph(GraphID(1)))])
    graph.bodies = [
      Graph(
        role: .body(parent: .main),
        nodes: [Node(operatorType: "Identity", inputs: [name], outputs: ["inner"])],
        outputs: [Value(name: "inner")])
    ]
    let reasons = [
      "the constant \"w\" is also read inside of a body", "its body reads the value",
    ]
    #expect(reasons.contains(graph.analysis.reason("w", axis: 0) ?? "nothing"))
  }

  @Test func statesOfARecurrenceKeepTheirBatch() throws {
    var graph = RuleGraph([5, 2, 3])
    for (name, shape) in [("w", [1, 16, 3]), ("r", [1, 16, 4]), ("h", [1, 2, 4])] {
      try graph.weight(ByteString(name), shape)
    }
    graph.node("LSTM", ["x", "w", "r", "", "", "h"], ["y"], [("hidden_size", .int(4))])
    #expect(graph.analysis.reason("h", axis: 1) == "it joins an axis that is fixed")
    #expect(graph.analysis.reason("h", axis: 2) == nil)
  }
}
