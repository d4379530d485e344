import TestSupport
import Testing

@testable import StructuredPruning

@Suite struct ChannelGroupsTests {
  @Test func dimensionsThatNoWeightHasAreNoGroups() throws {
    var maker = LayoutMaker()
    let (channels, table) = (maker.axis(3), maker.axis(4))
    try maker.add([channels], [1, 2, 3])
    try maker.add([channels, table], maker.numbers([channels, table], seed: 0), role: .other)
    let groups = ChannelGroups(maker.layouts).groups
    #expect(groups.map(\.id) == [channels.singleDimension])
    #expect(groups.first?.members.map(\.use) == [0, 1])
    #expect(groups.first?.standing == .candidate)
  }

  @Test func aFrozenDimensionIsNoCandidateAndSaysWhy() throws {
    var maker = LayoutMaker()
    let channels = maker.axis(3)
    try maker.add([channels], [1, 2, 3])
    let reason = FreezeReason(node: nil, text: "it is an output")
    maker.table.freeze(channels, reason)
    #expect(ChannelGroups(maker.layouts).groups.first?.standing == .frozen(reason))
  }

  @Test func headsStayWhereTheirDepthCanShrink() throws {
    var maker = LayoutMaker()
    let (heads, depth) = (maker.axis(8), maker.axis(4))
    maker.table.markBatched(heads)
    let axis = AxisLayout.product([heads, depth])
    try maker.add([axis], maker.numbers([axis], seed: 0))
    #expect(ChannelGroups(maker.layouts).groups.map(\.standing) == [.sibling, .candidate])
    #expect(ChannelGroups(maker.layouts).groups.map(\.isBatched) == [true, false])
  }

  @Test func headsAloneAreACandidate() throws {
    var maker = LayoutMaker()
    let heads = maker.axis(8)
    maker.table.markBatched(heads)
    try maker.add([heads], maker.numbers([heads], seed: 0))
    #expect(ChannelGroups(maker.layouts).groups.map(\.standing) == [.candidate])
  }

  @Test func aFrozenDepthLeavesItsHeadsFree() throws {
    var maker = LayoutMaker()
    let (heads, depth) = (maker.axis(2), maker.axis(4))
    maker.table.markBatched(heads)
    let axis = AxisLayout.product([heads, depth])
    try maker.add([axis], maker.numbers([axis], seed: 0))
    maker.table.freeze(depth, FreezeReason(node: nil, text: "x"))
    #expect(ChannelGroups(maker.layouts).groups.first?.standing == .candidate)
  }

  @Test func theLargerSiblingIsPreferredAndThenTheEarlier() throws {
    var maker = LayoutMaker()
    let (a, b, c, d) = (maker.axis(2), maker.axis(3), maker.axis(4), maker.axis(4))
    let axes = [AxisLayout.product([a, b]), .product([c, d])]
    try maker.add(axes, maker.numbers(axes, seed: 0))
    #expect(
      ChannelGroups(maker.layouts).groups.map(\.standing)
        == [.sibling, .candidate, .candidate, .sibling])
  }

  @Test func siblingsAreFoundAsByComparingAllPairs() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let maker = RandomLayouts()
      let layouts = (0..<3).map { _ in maker.layout(using: &random) }
      var products = SiblingProducts()
      for layout in layouts { products.add(layout) }
      var pairs: Set<[DimensionID]> = []
      for layout in layouts { naivePairs(layout, &pairs) }
      let ids = Set(layouts.flatMap(\.dimensions)).sorted()
      var chosen: [DimensionID] = []
      for id in ids.shuffled(using: &random) {
        #expect(
          products.hasChosenSibling(id) == chosen.contains { pairs.contains([id, $0]) })
        if Bool.random(using: &random) {
          products.choose(id)
          chosen.append(id)
        }
      }
    }
  }

  private func naivePairs(_ layout: AxisLayout, _ pairs: inout Set<[DimensionID]>) {
    for segment in layout.segments {
      for (index, factor) in segment.enumerated() {
        for other in segment[(index + 1)...] {
          for a in AxisLayout([[factor]]).dimensions {
            for b in AxisLayout([[other]]).dimensions where a != b {
              pairs.formUnion([[a, b], [b, a]])
            }
          }
        }
        if case .sum(let inner) = factor { naivePairs(inner, &pairs) }
        if case .interleaved(let parts) = factor { for part in parts { naivePairs(part, &pairs) } }
      }
    }
  }
}

/// Random layouts over a few dimensions, in normal form.
struct RandomLayouts {
  private(set) var table = DimensionTable()
  private let dimensions: [AxisLayout]

  init() {
    var table = DimensionTable()
    dimensions = [2, 3, 2, 4, 3].map { table.makeAxis($0) }
    self.table = table
  }

  func layout(depth: Int = 0, using random: inout SeededGenerator) -> AxisLayout {
    let segments = (0..<Int.random(in: 1...2, using: &random)).map { _ in
      AxisLayout(
        [(0..<Int.random(in: 1...3, using: &random)).map { _ in factor(depth, using: &random) }])
    }
    return table.resolved(.concatenation(segments))
  }

  private func factor(_ depth: Int, using random: inout SeededGenerator) -> AxisLayout.Factor {
    switch Int.random(in: 0..<(depth < 2 ? 6 : 4), using: &random) {
    case 0: return .fixed(Int.random(in: 1...3, using: &random))
    case 4: return .sum(layout(depth: depth + 1, using: &random))
    case 5:
      // Parts of equal sizes, the first perhaps larger by one.
      let part = dimensions[Int.random(in: 0..<5, using: &random)]
      let other = dimensions[Int.random(in: 0..<5, using: &random)]
      let isWoven = (0...1).contains(table.size(part) - table.size(other))
      return .interleaved(isWoven ? [part, other] : [part, part])
    default:
      return dimensions[Int.random(in: 0..<5, using: &random)].segments[0][0]
    }
  }
}
