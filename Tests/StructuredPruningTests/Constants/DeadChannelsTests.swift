import ByteStorage
import ModelGraph
import Testing

@testable import StructuredPruning

@Suite struct DeadChannelsTests {
  /// A matrix that makes 4 channels, and a matrix that reads them.
  private func dead(
    _ makers: [Float], isDispensable: [Bool] = [false, false, false, false],
    isWithoutWeights: [Bool] = [true, true, true, true],
    _ change: (inout LayoutMaker, AxisLayout) throws -> Void = { _, _ in }
  ) throws -> ([Int], KeptIndices, DimensionID) {
    var maker = LayoutMaker()
    let channels = maker.axis(4)
    try maker.add([channels, .fixed(1)], makers, contracting: [1])
    try maker.add([.fixed(1), channels], [1, 1, 1, 1], contracting: [1])
    try change(&maker, channels)
    let groups = ChannelGroups(maker.layouts)
    let dead = try DeadChannels(
      of: groups, in: maker.layouts, threads: 1, isDispensable: { isDispensable[$1] },
      isWithoutWeights: { isWithoutWeights[$1] })
    let id = try #require(channels.singleDimension)
    return (dead.indices[id] ?? [], dead.kept(of: groups, minimumChannels: 2), id)
  }

  @Test func aChannelIsDeadWithoutWeightsOrDespiteThem() throws {
    let (dead, kept, id) = try dead(
      [0, 1, -0.0, 0], isWithoutWeights: [true, true, true, false])
    #expect(dead == [0, 2])
    #expect(kept.masks == [id: [false, true, false, true]])
    #expect(try self.dead([1, 1, 0, 1], isDispensable: [false, true, false, false]).0 == [1, 2])
  }

  @Test func theSmallestNumberIsNoZero() throws {
    #expect(try dead([.leastNonzeroMagnitude, 1, 1, 0]).0 == [3])
    #expect(try dead([.nan, 1, 1, 1]).0 == [])
  }

  @Test func someChannelsStayEvenWhenAllAreDead() throws {
    let (dead, kept, id) = try dead([0, 0, 0, 0])
    #expect(dead == [0, 1, 2, 3])
    #expect(kept.masks == [id: [false, false, true, true]])
  }

  @Test func everyMakerCounts() throws {
    let found = try dead([0, 0, 1, 1]) { maker, channels in
      try maker.add([channels, .fixed(1)], [0, 1, 0, 1], contracting: [1])
    }
    #expect(found.0 == [0])
  }

  @Test func variancesAndScalesDoNotMatter() throws {
    let found = try dead([0, 0, 1, 1]) { maker, channels in
      try maker.add([channels], [1, 1, 1, 1], role: .scale, "BatchNormalization")
      try maker.add([channels], [1, 1, 1, 1], role: .other, "BatchNormalization", input: 4)
    }
    #expect(found.0 == [0, 1])
  }

  @Test func nothingIsDeadBehindWhatTurnsZerosIntoNumbersOrMixes() throws {
    let none = [false, false, false, false]
    #expect(try dead([0, 0, 1, 1], isWithoutWeights: none).0 == [])
    let mixed = try dead([0, 0, 1, 1]) { maker, channels in
      maker.table.markMixed(channels, by: NodeID(graph: .main, index: 0))
    }
    #expect(mixed.0 == [])
  }
}
