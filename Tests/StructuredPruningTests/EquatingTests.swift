import ModelGraph
import Testing

@testable import StructuredPruning

@Suite struct EquatingTests {
  private let node = NodeID(graph: .main, index: 0)

  @Test func headsRefineADimensionEverywhere() {
    var table = DimensionTable()
    let embedding = table.makeAxis(12)
    let use = AxisLayout.product([embedding, .fixed(4)])
    let heads = table.makeAxis(3)
    let depth = table.makeAxis(4)
    table.equate(embedding, .product([heads, depth]), at: node)
    #expect(
      table.resolved(use) == AxisLayout([heads.segments[0] + depth.segments[0] + [.fixed(4)]]))
  }

  @Test func aChannelShuffleOfTwoHalvesJoinsThem() {
    var table = DimensionTable()
    let (a, b) = (table.makeAxis(6), table.makeAxis(6))
    let (groups, channels) = (table.makeAxis(2), table.makeAxis(6))
    table.equate(.product([groups, channels]), .concatenation([a, b]), at: node)
    #expect(table.resolved(a) == table.resolved(b))
    #expect(table.resolved(groups) == .fixed(2))
  }

  @Test func aCutInsideAnIndexKeepsThatIndex() {
    var table = DimensionTable()
    let channels = table.makeAxis(5)
    let cut = table.cut(.product([channels, .fixed(2)]), at: 5)
    #expect(cut.map { table.size($0.0) } == 5)
    #expect(cut.map { table.size($0.1) } == 5)
    let parts = table.resolved(channels)
    #expect(parts.segments.map(table.size) == [2, 1, 2])
  }

  @Test func axesThatCannotBeAlignedAreFrozen() {
    var table = DimensionTable()
    let (a, b) = (table.makeAxis(4), table.makeAxis(3))
    let (c, d) = (table.makeAxis(6), table.makeAxis(2))
    table.equate(.product([a, b]), .product([c, d]), at: node)
    for axis in [a, b, c, d] {
      #expect(table.resolved(axis).dimensions.allSatisfy { table[$0].frozen != nil })
    }
  }

  @Test func interleavedPartsAreCutInTurns() {
    var table = DimensionTable()
    let (a, b) = (table.makeAxis(5), table.makeAxis(5))
    let woven = AxisLayout([[.interleaved([a, b])]])
    let halves = table.cut(woven, at: 5)
    #expect(halves.map { table.size($0.0) } == 5)
    #expect(table.resolved(a).segments.map(table.size) == [3, 2])
    #expect(table.resolved(b).segments.map(table.size) == [2, 3])
  }

  @Test func whatIsLearntLateReachesInterleavedPartsBehindADimension() {
    var table = DimensionTable()
    let (a, b) = (table.makeAxis(4), table.makeAxis(4))
    let woven = table.makeAxis(8)
    table.equate(woven, AxisLayout([[.interleaved([a, b])]]), at: node)
    let (head, tail) = (table.makeAxis(2), table.makeAxis(2))
    table.equate(a, .concatenation([head, tail]), at: node)
    #expect(
      table.resolved(woven)
        == AxisLayout([[.interleaved([.concatenation([head, tail]), b])]]))
  }

  @Test func freezingReachesWhatADimensionIsMadeOf() {
    var table = DimensionTable()
    let whole = table.makeAxis(6)
    let (a, b) = (table.makeAxis(2), table.makeAxis(4))
    table.equate(whole, .concatenation([a, b]), at: node)
    table.freeze(whole, FreezeReason(node: nil, text: "output"))
    #expect(table.resolved(b).dimensions.allSatisfy { table[$0].frozen?.text == "output" })
  }
}
