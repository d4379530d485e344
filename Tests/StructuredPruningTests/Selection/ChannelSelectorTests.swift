import ByteStorage
import ModelGraph
import Pruning
import Testing

@testable import StructuredPruning

@Suite struct ChannelSelectorTests {
  @Test func aLocalRatioTakesTheWeakestOfEachDimension() throws {
    var maker = LayoutMaker()
    let channels = maker.axis(4)
    try maker.add([channels, .fixed(2)], [5, 5, 1, 1, 4, 4, 2, 2])
    try maker.add([.fixed(1), channels], [1, 1, 1, 1])
    let selection = try maker.layouts.select(ChannelPruningRequest(goal: .ratio(0.5)))
    let id = try #require(channels.singleDimension)
    #expect(selection.kept.masks == [id: [true, false, true, false]])
    let entry = try #require(selection.entries.first)
    #expect(entry.kept == [0, 2])
    #expect(entry.name == "w0" && entry.reader == "node0")
    #expect(entry.scores.count == 4 && entry.unchangedReason == nil && entry.isExact)
  }

  @Test func deadHalvesArePicked() throws {
    // Half of the rows are zero; readers are as large everywhere.
    for name in ChannelCriteria.names where name != "random" && name != "batchnorm-scale" {
      var maker = LayoutMaker()
      let channels = maker.axis(8)
      let rows: [Float] = (0..<24).map { element in
        element / 3 % 2 == 0 ? 0 : Float(element - 9)
      }
      try maker.add([channels, .fixed(3)], rows)
      var request = ChannelPruningRequest(goal: .ratio(0.5))
      request.criterion = try ChannelCriteria.named(name)
      let kept = try maker.layouts.select(request).entries.first?.kept
      if name != "geometric-median" { #expect(kept == [1, 3, 5, 7], "\(name)") }
      #expect(kept?.count == 4)
    }
  }

  @Test func rulesKeepAndChooseDimensions() throws {
    let (maker, ids) = try LayoutMaker.chain([6, 6, 6])
    var request = ChannelPruningRequest(goal: .ratio(0.5))
    request.rules = [try .only("w1")]
    #expect(Set(try maker.layouts.select(request).kept.masks.keys) == [ids[1]])
    request.rules = [try .except("w1")]
    let selection = try maker.layouts.select(request)
    #expect(Set(selection.kept.masks.keys) == [ids[2]], "w1 reads the first, makes the second")
    #expect(selection.entries[0].unchangedReason == "not selected")
    request.rules = [try .only("op:Gemm")]
    let none = try maker.layouts.select(request)
    #expect(none.kept.masks.isEmpty)
    #expect(none.warnings == ["selector \"op:Gemm\" matches no channels"])
  }

  @Test func someDimensionsHaveAShareOfTheirOwn() throws {
    let (maker, ids) = try LayoutMaker.chain([8, 8])
    var request = ChannelPruningRequest(goal: .ratio(0.5))
    request.shares = [SelectedShare(try Selector("w1"), 0.25)]
    for scope in ChannelPruningScope.allCases {
      request.scope = scope
      let kept = try maker.layouts.select(request).kept
      #expect(ids.map { kept.count($0, of: 8) } == [4, 6])
    }
  }

  @Test func headsGoOnlyWhenAskedFor() throws {
    var maker = LayoutMaker()
    let (heads, depth) = (maker.axis(4), maker.axis(8))
    maker.table.markBatched(heads)
    let axes = [AxisLayout.product([heads, depth])]
    try maker.add(axes, maker.numbers(axes, seed: 1))
    var request = ChannelPruningRequest(goal: .ratio(0.5))
    let plain = try maker.layouts.select(request)
    #expect(plain.entries.map(\.kept.count) == [4, 4])
    #expect(
      plain.entries[0].unchangedReason == "it shares its axes with a dimension that is pruned")
    request.headRatio = 0.25
    #expect(try maker.layouts.select(request).entries.map(\.kept.count) == [3, 4])
    request.goal = .ratio(0)
    let without = try maker.layouts.select(request)
    #expect(without.entries.map(\.kept.count) == [3, 8])
    // Nothing is read, or run, to judge what stays anyway.
    #expect(without.entries[1].unchangedReason == "no channel is to go: its share is zero")
  }

  @Test func isomorphicDimensionsAreRankedTogether() throws {
    var maker = LayoutMaker()
    let (a, b, c) = (maker.axis(4), maker.axis(4), maker.axis(4))
    try maker.add([a, .fixed(1)], [0.1, 0.2, 8, 8])
    try maker.add([b, .fixed(1)], [1, 2, 3, 4])
    try maker.add([c, .fixed(2)], [0, 0, 1, 1, 2, 2, 3, 3])
    var request = ChannelPruningRequest(goal: .ratio(0.25))
    request.scope = .isomorphic
    request.aggregation.normalizer = .none
    request.minimumChannels = 1
    #expect(
      try maker.layouts.select(request).entries.map(\.kept) == [[2, 3], [0, 1, 2, 3], [1, 2, 3]])
    request.scope = .global
    #expect(
      try maker.layouts.select(request).entries.map(\.kept) == [[2, 3], [0, 1, 2, 3], [1, 2, 3]])
    request.goal = .ratio(1.0 / 3)
    request.aggregation.normalizer = .mean
    let kept = try maker.layouts.select(request).entries.map(\.kept.count)
    #expect(kept.reduce(0, +) == 8)
  }

  @Test func theAxisTellsDimensionsOfEqualShapesApart() throws {
    var maker = LayoutMaker()
    let (a, b, c) = (maker.axis(4), maker.axis(4), maker.axis(4))
    for axes in [[a, .fixed(4)], [.fixed(4), b], [c, .fixed(4)]] {
      try maker.add(axes, maker.numbers(axes, seed: 1))
    }
    let layouts = maker.layouts
    let shapes = ChannelGroups(layouts).groups.map { GroupShape(of: $0, in: layouts) }
    #expect(shapes[0] != shapes[1])
    #expect(shapes[0] == shapes[2])
  }

  @Test(arguments: ChannelPruningScope.allCases)
  func targetsAreMetAsCloselyAsCountsAllow(scope: ChannelPruningScope) throws {
    let (maker, ids) = try LayoutMaker.chain([12, 20, 9])
    let layouts = maker.layouts
    let cost = ChannelCost(layouts, changing: Set(ids))
    let whole = cost.parameters { maker.table[$0].size }
    for goal in [ChannelPruningGoal.parameters(0.4), .operations(0.4), .bytes(0.4)] {
      var request = ChannelPruningRequest(goal: goal)
      request.scope = scope
      let kept = try layouts.select(request).kept
      let left = cost.parameters { kept.count($0, of: maker.table[$0].size) }
      #expect(left <= 0.4 * whole)
      #expect(left >= 0.25 * whole, "not more than needed")
    }
  }

  @Test func aTargetOfEverythingChangesNothing() throws {
    let (maker, _) = try LayoutMaker.chain([12, 20])
    #expect(try maker.layouts.select(ChannelPruningRequest(goal: .bytes(1))).kept.masks.isEmpty)
  }

  @Test func anUnreachableTargetSaysWhatCanBeReached() throws {
    let (maker, _) = try LayoutMaker.chain([12])
    // 2 * 12 * 3 parameters, of which 2 * 2 * 3 must stay.
    let error = try #require(throws: ChannelSelectionError.self) {
      try maker.layouts.select(ChannelPruningRequest(goal: .parameters(0.1)))
    }
    #expect(
      error
        == .targetUnreachable(goal: "parameters", target: 0.1, reachable: 12.0 / 72))
    #expect(error.description.hasSuffix("only to 16.7%"))
  }

  @Test func sharedTensorsAreCountedAndJudgedOnce() throws {
    var maker = LayoutMaker()
    let (a, b) = (maker.axis(4), maker.axis(4))
    let first = try maker.add([a, .fixed(2)], maker.numbers([a, .fixed(2)], seed: 1))
    maker.read(maker.uses[first].tensor, [a, .fixed(2)], role: .weight)
    var cost = ChannelCost(maker.layouts, changing: Set(a.dimensions))
    #expect(cost.parameters { _ in 3 } == 6)
    maker.read(maker.uses[first].tensor, [b, .fixed(2)], role: .weight)
    cost = ChannelCost(maker.layouts, changing: Set(a.dimensions + b.dimensions))
    #expect(cost.parameters { _ in 3 } == 12)
    #expect(cost.bytes { _ in 3 } == 48)
    let request = ChannelPruningRequest(goal: .ratio(0.5))
    let groups = ChannelGroups(maker.layouts).groups
    let evidence = try CollectedEvidence(on: Set(groups.map(\.id)), maker.layouts, [:], request)
    #expect(evidence.evidence(on: groups[0], number: 0, request).weights.count == 1)
  }

  @Test func frozenDimensionsSayWhyTheyStay() throws {
    var maker = LayoutMaker()
    let channels = maker.axis(4)
    try maker.add([channels], [1, 2, 3, 4])
    maker.table.freeze(
      channels, FreezeReason(node: NodeID(graph: .main, index: 0), text: "it says so"))
    let selection = try maker.layouts.select(ChannelPruningRequest(goal: .ratio(0.5)))
    #expect(selection.entries.map(\.unchangedReason) == ["Conv \"node0\": it says so"])
    #expect(selection.entries.map(\.kept) == [[0, 1, 2, 3]])
  }

  @Test func selectionDoesNotDependOnThreads() throws {
    let (maker, _) = try LayoutMaker.chain([30, 40, 50, 60], seed: 9)
    for name in ChannelCriteria.names {
      var request = ChannelPruningRequest(goal: .parameters(0.5))
      request.scope = .global
      request.criterion = try ChannelCriteria.named(name)
      let one = try maker.layouts.select(request)
      request.threads = 4
      let four = try maker.layouts.select(request)
      #expect(one.kept.masks == four.kept.masks)
      #expect(one.entries.map(\.scores) == four.entries.map(\.scores))
    }
  }

  @Test func numbersOutOfRangeAreRefused() throws {
    let changes: [(inout ChannelPruningRequest) -> Void] = [
      { $0.goal = .ratio(1.5) }, { $0.goal = .bytes(.nan) }, { $0.headRatio = -1 },
      { $0.cap = 2 }, { $0.roundTo = 0 }, { $0.minimumChannels = 0 }, { $0.roundTo = .max },
    ]
    for change in changes {
      var request = ChannelPruningRequest(goal: .ratio(0.5))
      try request.validate()
      change(&request)
      #expect(throws: ChannelSelectionError.self) { try request.validate() }
    }
  }
}
