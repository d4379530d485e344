import Testing

@testable import StructuredPruning

@Suite struct TraceAllocationTests {
  /// All counts, tried one by one.
  private func best(
    _ losses: [[Double]], _ counts: [[Int]], _ limit: Double, _ cost: ([Int]) -> Double
  ) -> Double? {
    var choices: [[Int]] = [[]]
    for own in counts { choices = choices.flatMap { choice in own.map { choice + [$0] } } }
    return choices.filter { cost($0) <= limit }
      .map { choice in zip(losses, choice).reduce(0) { $0 + $1.0[$1.1] } }.min()
  }

  /// Losses that rise ever faster.
  private func curve(_ count: Int, _ factor: Double) -> [Double] {
    (0...count).map { factor * Double($0 * $0) }
  }

  @Test("The loss is near the least of all choices, and the limit is kept", arguments: 1...9)
  func nearest(tenths: Int) throws {
    let losses = [curve(8, 1), curve(8, 0.2), curve(6, 3)]
    let counts = losses.map { Array(0..<$0.count - 1) }
    // The second and third stand in one product, as inputs and outputs of a layer do.
    let cost = { (gone: [Int]) in
      4 * Double(8 - gone[0]) + Double(8 - gone[1]) * Double(6 - gone[2])
    }
    let limit = cost([0, 0, 0]) * Double(tenths) / 10
    let found = TraceAllocation(losses: losses, counts: counts).removed(limit: limit, cost: cost)
    let least = best(losses, counts, limit, cost)
    guard let found, let least else {
      #expect(found == nil && least == nil)
      return
    }
    #expect(cost(found) <= limit)
    let loss = zip(losses, found).reduce(0) { $0 + $1.0[$1.1] }
    #expect(loss <= 1.25 * least + 1e-9, "\(loss) \(least)")
  }

  @Test("Nothing goes when the limit is met already")
  func met() {
    let allocation = TraceAllocation(losses: [[0, 1, 2]], counts: [[0, 1]])
    #expect(allocation.removed(limit: 3) { Double(3 - $0[0]) } == [0])
    #expect(allocation.removed(limit: 2.5) { Double(3 - $0[0]) } == [1])
    #expect(allocation.removed(limit: 1.9) { Double(3 - $0[0]) } == nil)
  }

  @Test("Only counts that are allowed are chosen, fixed ones stay")
  func allowed() {
    let losses = [curve(8, 1), curve(8, 1)]
    let allocation = TraceAllocation(losses: losses, counts: [[0, 4], [2]])
    #expect(allocation.removed(limit: 11) { Double(16 - $0[0] - $0[1]) } == [4, 2])
  }

  @Test("The better of two orders is taken for each count")
  func traces() {
    let trace = ChannelTrace(
      chosen: .init(order: [0, 1, 2], losses: [0, 1, 5, 6]),
      plain: .init(order: [2, 1, 0], losses: [0, 2, 3, 6]))
    #expect(trace.losses == [0, 1, 3, 6] && trace.weightedLosses == trace.losses)
    var heavy = trace
    heavy.weight = 2
    #expect(heavy.losses == trace.losses && heavy.weightedLosses == [0, 2, 6, 12])
    #expect(
      trace.isPlain(removing: 2) && !trace.isPlain(removing: 1) && !trace.isPlain(removing: 3))
    #expect(Array(trace.channels(goingFirst: 1)) == [0])
    #expect(Array(trace.channels(goingFirst: 2)) == [2, 1])
  }

  @Test("Positions of an axis know their index of a dimension, whatever stands beside it")
  func positions() throws {
    var table = DimensionTable()
    let (heads, depth) = (table.makeAxis(2), table.makeAxis(3))
    let id = try #require(depth.dimensions.first)
    let product = AxisLayout.product([heads, depth])
    #expect(table.indices(of: id, in: product) == [0, 1, 2, 0, 1, 2])
    let joined = AxisLayout.concatenation([.fixed(2), depth, heads])
    #expect(table.indices(of: id, in: joined) == [nil, nil, 0, 1, 2, nil, nil])
    let outer = try #require(heads.dimensions.first)
    #expect(table.indices(of: outer, in: product) == [0, 0, 0, 1, 1, 1])
  }
}
