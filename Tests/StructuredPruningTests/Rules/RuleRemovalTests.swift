import ByteStorage
import ModelGraph
import ShapeInference
import Testing

@testable import StructuredPruning

@Suite struct RuleRemovalTests {
  @Test func aDepthwiseConvolutionCountsItsGroupsAnew() throws {
    var graph = RuleGraph([1, 3, 2])
    try graph.weight("w", [6, 3, 1])
    try graph.weight("u", [12, 1, 1])
    graph.node("Conv", ["x", "w"], ["v"])
    graph.node("Conv", ["v", "u"], ["y"], [("group", .int(6))])
    let model = try graph.analysis.removing([0, 5], of: "w", axis: 0)
    #expect(model.shape(of: "w") == [4, 3, 1])
    #expect(model.shape(of: "u") == [8, 1, 1])
    #expect(model[.main].nodes[1].integer("group") == 4)
  }

  @Test func channelsOfGroupsLeaveTheGroupsAlone() throws {
    var graph = RuleGraph([1, 4, 2])
    try graph.weight("w", [6, 2, 1])
    try graph.weight("b", [6])
    graph.node("Conv", ["x", "w", "b"], ["y"], [("group", .int(2))])
    let model = try graph.analysis.removing([1], of: "b", axis: 0)
    #expect(model.shape(of: "w") == [4, 2, 1])
    #expect(model[.main].nodes[0].integer("group") == 2)
    #expect(try contents(of: "b", in: model) == [1, 3, 4, 6])
  }

  @Test func aTransposedConvolutionLosesWholeGroups() throws {
    var graph = RuleGraph([1, 3, 2])
    try graph.weight("w", [4, 3, 1])
    try graph.weight("u", [4, 2, 1])
    graph.node("Conv", ["x", "w"], ["v"])
    graph.node("ConvTranspose", ["v", "u"], ["y"], [("group", .int(4))])
    let model = try graph.analysis.removing([2], of: "w", axis: 0)
    #expect(model.shape(of: "u") == [3, 2, 1])
    #expect(model[.main].nodes[1].integer("group") == 3)
  }

  @Test func aRecurrenceLosesAUnitInEveryGate() throws {
    var graph = RuleGraph([5, 2, 3])
    for (name, shape) in [("w", [1, 12, 3]), ("r", [1, 12, 4]), ("b", [1, 24])] {
      try graph.weight(ByteString(name), shape)
    }
    graph.node("GRU", ["x", "w", "r", "b"], ["y"], [("hidden_size", .int(4))])
    let model = try graph.analysis.removing([1], of: "r", axis: 2)
    #expect(model.shape(of: "w") == [1, 9, 3])
    #expect(model.shape(of: "r") == [1, 9, 3])
    #expect(model[.main].nodes[0].integer("hidden_size") == 3)
    #expect(
      try contents(of: "b", in: model)
        == [1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20, 21, 23, 24])
  }

  @Test(arguments: [[0, 3, 4], [5, 3, 4], [-1, 3, 4]])
  func aReshapeSaysTheSizesThatAreLeft(target: [Int]) throws {
    var graph = RuleGraph([5, 2])
    try graph.weight("w", [2, 12])
    try graph.integers("s", target)
    graph.node("MatMul", ["x", "w"], ["v"])
    graph.node("Reshape", ["v", "s"])
    let model = try graph.analysis.removing([2], of: "w", axis: 1)
    #expect(model.shape(of: "w") == [2, 9])
    #expect(model.integers(1, input: 1).map { Array($0.dropFirst()) } == [3, 3])
    #expect(EvaluatedGraph(model, .first)["y"]?.shape == [5, 3, 3])
  }

  @Test func aReshapeThatInfersWhatChangesIsLeftAlone() throws {
    var graph = RuleGraph([5, 2])
    try graph.weight("w", [2, 12])
    try graph.integers("s", [0, 3, -1])
    graph.node("MatMul", ["x", "w"], ["v"])
    graph.node("Reshape", ["v", "s"])
    let model = try graph.analysis.removing([2], of: "w", axis: 1)
    #expect(model[.main].nodes[1].inputs[1] == "s")
  }

  @Test func slicesAndSplitsMoveWithWhatIsLeft() throws {
    var graph = RuleGraph([5, 2])
    try graph.weight("w", [2, 7])
    for (name, numbers) in [("n", [3, 4]), ("a", [3]), ("e", [7]), ("i", [1])] {
      try graph.integers(ByteString(name), numbers)
    }
    graph.node("MatMul", ["x", "w"], ["v"])
    graph.node("Split", ["v", "n"], ["p", "q"], [("axis", .int(1))])
    graph.node("Slice", ["v", "a", "e", "i"], ["y"])
    let analysis = graph.analysis
    var kept = KeptIndices()
    let segments = analysis.structure.resolved(analysis.axes(of: "w")[1]).segments
    #expect(segments.count == 2)
    for (segment, mask) in zip(segments, [[true, false, true], [false, true, false, true]]) {
      kept.masks[try #require(AxisLayout([segment]).singleDimension)] = mask
    }
    let model = try analysis.removing(kept)
    #expect(model.shape(of: "w") == [2, 4])
    #expect(model.integers(1, input: 1) == [2, 2])
    #expect(model.integers(2, input: 1) == [2])
    #expect(EvaluatedGraph(model, .first)["y"]?.shape == [5, 2])
  }

  @Test func aShuffleOfWhatIsLeftIsAGather() throws {
    var graph = RuleGraph([1, 3, 2])
    try graph.weight("w", [6, 3, 1])
    try graph.integers("s", [1, 2, 3, 2])
    try graph.integers("t", [1, 6, 2])
    graph.node("Conv", ["x", "w"], ["a"])
    graph.node("Reshape", ["a", "s"], ["b"])
    graph.node("Transpose", ["b"], ["c"], [("perm", .ints([0, 2, 1, 3]))])
    graph.node("Reshape", ["c", "t"])
    let analysis = graph.analysis
    #expect(analysis.text(["a", "y"]) == "1 a+b 2, 1 <a|b> 2")
    let first = analysis.structure.resolved(analysis.axes(of: "w")[0]).segments[0]
    var kept = KeptIndices()
    kept.masks[try #require(AxisLayout([first]).singleDimension)] = [true, false, true]
    let model = try analysis.removing(kept)
    #expect(model[.main].nodes.map(\.operatorType) == ["Conv", "Gather"])
    // 0 3 1 4 2 5 without 1, counted anew.
    #expect(model.integers(1, input: 1) == [0, 2, 3, 1, 4])
  }

  @Test func aConstantSharedByAccidentIsWrittenTwice() throws {
    var graph = RuleGraph([1, 3, 2])
    try graph.weight("w", [4, 3, 1])
    try graph.weight("u", [4, 4, 1])
    try graph.weight("b", [4])
    graph.node("Conv", ["x", "w", "b"], ["v"])
    graph.node("Conv", ["v", "u", "b"])
    let model = try graph.analysis.removing([0], of: "w", axis: 0)
    let names = model[.main].nodes.map { $0.inputs[2] }
    #expect(Set(names).count == 2)
    #expect(try names.map { try contents(of: $0, in: model) } == [[2, 3, 4], [1, 2, 3, 4]])
  }

  @Test func equalPartsOfASharedConstantAreOne() throws {
    var graph = RuleGraph([1, 3, 2])
    try graph.weight("w", [4, 3, 1])
    try graph.weight("u", [4, 4, 1])
    try graph.weight("b", [4], [7, 7, 7, 7])
    graph.node("Conv", ["x", "w", "b"], ["v"])
    graph.node("Conv", ["v", "u", "b"])
    let model = try graph.analysis.removing([
      ([0], "w", 0, nil), ([3], "u", 0, nil),
    ])
    #expect(Set(model[.main].nodes.map { $0.inputs[2] }).count == 1)
    #expect(try contents(of: "b", in: model) == [7, 7, 7])
  }

  @Test func whatAnUnreadNodeReadsStays() throws {
    var graph = RuleGraph([5, 2])
    try graph.weight("w", [2, 12])
    try graph.integers("s", [5, 3, 4])
    graph.node("MatMul", ["x", "w"], ["v"])
    graph.node("Identity", ["s"], ["t"])
    graph.node("Reshape", ["v", "t"])
    graph.node("Identity", ["t"], ["idle"])
    try graph.integers("axis", [2])
    graph.node("ReduceSum", ["y", "axis"], ["z"])
    try graph.integers("all", [1])
    graph.node("ReduceSum", ["z", "all"], ["out"])
    graph.output("out")
    let model = try graph.analysis.removing([2], of: "w", axis: 1)
    let made = Set(model[.main].nodes.flatMap(\.outputs))
    #expect(made.isSuperset(of: ["idle", "t"]))
  }

  private func contents(of name: ByteString, in model: Model) throws -> [Float] {
    let tensor = try #require(model.tensors.last { $0.name == name })
    return try tensor.contents.bytes().withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
      }
    }
  }
}
