import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

/// Graphs as only an adversary makes them; sizes are small where a test is a debug build.
@Suite struct BoundedWorkTests {
  @Test func aLongChainOfLayersIsFollowed() throws {
    var graph = RuleGraph([1, 3, 2, 2])
    try graph.weight("w", [3, 3, 1, 1])
    var last: ByteString = "x"
    for index in 0..<1500 {
      graph.node("Conv", [last, "w"], [ByteString("c\(index)")])
      graph.node("Relu", [ByteString("c\(index)")], [ByteString("r\(index)")])
      last = ByteString("r\(index)")
    }
    let analysis = graph.analysis
    #expect(analysis.reason("w", axis: 0, at: 2000) == nil)
    let model = try analysis.removing([1], of: "w", axis: 0, at: 2000)
    #expect(model[.main].nodes.count == 3000)
  }

  @Test func anAxisCutInManyPiecesIsFollowed() throws {
    var graph = RuleGraph([1, 3, 1, 1])
    let count = 60
    try graph.weight("w", [count * 2, 3, 1, 1])
    try graph.weight("u", [4, 2, 1, 1])
    graph.node("Conv", ["x", "w"], ["v"])
    let parts = (0..<count).map { ByteString("p\($0)") }
    graph.node("Split", ["v"], parts, [("axis", .int(1)), ("num_outputs", .int(Int64(count)))])
    graph.node("Conv", [parts[40], "u"])
    let analysis = graph.analysis
    #expect(analysis.structure.resolved(analysis.axes(of: "w")[0]).segments.count == count)
    let model = try analysis.removing([1], of: "u", axis: 1)
    #expect(model.shape(of: "w") == [count * 2 - 1, 3, 1, 1])
    #expect(model.shape(of: "u") == [4, 1, 1, 1])
  }

  @Test func anAxisOfTooManyPartsStaysWhole() throws {
    var graph = RuleGraph([1, 3, 1])
    let count = DimensionTable.maximumFactors
    try graph.weight("w", [2, 3, 1])
    for index in 0..<count { graph.node("Conv", ["x", "w"], [ByteString("p\(index)")]) }
    graph.node("Concat", (0..<count).map { ByteString("p\($0)") }, ["y"], [("axis", .int(1))])
    let analysis = graph.analysis
    for index in [0, 1, count - 1] {
      #expect(
        analysis.reason("w", axis: 0, at: index)
          == "the axis has too many parts to be followed")
    }
  }

  @Test func partsThatDoubleAgainAndAgainStayWhole() throws {
    var graph = RuleGraph([1, 3, 1])
    try graph.weight("w", [2, 3, 1])
    graph.node("Conv", ["x", "w"], ["p0"])
    for index in 0..<40 {
      let last = ByteString("p\(index)")
      graph.node("Concat", [last, last], [ByteString("p\(index + 1)")], [("axis", .int(1))])
    }
    #expect(
      graph.analysis.reason("w", axis: 0) == "the axis has too many parts to be followed")
  }

  @Test func aChainOfConcatsIsFollowedAsFarAsItGoes() throws {
    var graph = RuleGraph([1, 3, 1])
    try graph.weight("w", [2, 3, 1])
    graph.node("Conv", ["x", "w"], ["p0"])
    for index in 0..<700 {
      graph.node("Conv", ["x", "w"], [ByteString("q\(index)")])
      graph.node(
        "Concat", [ByteString("p\(index)"), ByteString("q\(index)")],
        [ByteString("p\(index + 1)")], [("axis", .int(1))])
    }
    let analysis = graph.analysis
    #expect(analysis.reason("w", axis: 0, at: 0) == "the axis has too many parts to be followed")
    #expect(analysis.reason("w", axis: 0, at: 1399) == nil)
  }

  @Test func refinementsInARowReachTheFirstUse() throws {
    var graph = RuleGraph([1, 3])
    try graph.weight("w", [3, 1 << 12])
    graph.node("MatMul", ["x", "w"], ["p0"])
    for index in 0..<11 {
      let size = 1 << (11 - index)
      try graph.integers(ByteString("s\(index)"), [1 << index, 2, size])
      graph.node(
        "Reshape", [ByteString("p\(index)"), ByteString("s\(index)")],
        [ByteString("q\(index)")])
      try graph.integers(ByteString("t\(index)"), [2 << index, size])
      graph.node(
        "Reshape", [ByteString("q\(index)"), ByteString("t\(index)")],
        [ByteString("p\(index + 1)")])
    }
    let analysis = graph.analysis
    let layout = analysis.structure.resolved(analysis.axes(of: "w")[1])
    #expect(layout.segments.map(\.count) == [12])
  }

  @Test func manyResidualAddsJoinTheirChannels() throws {
    var graph = RuleGraph([1, 3, 1])
    try graph.weight("w", [4, 3, 1])
    try graph.weight("u", [4, 4, 1])
    graph.node("Conv", ["x", "w"], ["p0"])
    for index in 0..<500 {
      graph.node("Conv", [ByteString("p\(index)"), "u"], [ByteString("q\(index)")])
      graph.node(
        "Add", [ByteString("p\(index)"), ByteString("q\(index)")], [ByteString("p\(index + 1)")])
    }
    let analysis = graph.analysis
    let last = analysis.axes(of: "u", at: 999)
    #expect(analysis.structure.resolved(last[0]) == analysis.structure.resolved(last[1]))
    let model = try analysis.removing([0, 2], of: "w", axis: 0)
    #expect(model.shape(of: "u") == [2, 2, 1])
    #expect(model.shape(of: "w") == [2, 3, 1])
  }
}
