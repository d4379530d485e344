import ByteStorage
import Synchronization
import Testing

/// The failure of one item.
private struct ItemFailure: Error, Equatable {
  let index: Int
}

@Suite struct OrderedPipelineTests {
  @Test(arguments: [1, 2, 3, 8, 100])
  func productsAreConsumedInOrderWhateverTheThreads(threads: Int) throws {
    for count in [0, 1, 2, 7, 64] {
      var seen: [Int] = []
      try OrderedPipeline.run(
        count: count, threads: threads, workspace: { 0 },
        produce: { index, _ in index * index },
        consume: { index, product in
          #expect(index == seen.count)
          seen.append(product)
        })
      #expect(seen == (0..<count).map { $0 * $0 })
    }
  }

  @Test(arguments: [1, 2, 5])
  func theFirstFailingItemIsTheErrorAndAllBeforeItAreConsumed(threads: Int) {
    for failing in 0..<20 {
      var consumed = 0
      #expect(throws: ItemFailure(index: failing)) {
        try OrderedPipeline.run(
          count: 20, threads: threads, workspace: {},
          produce: { index, _ in
            if index >= failing { throw ItemFailure(index: index) }
            return index
          },
          consume: { _, _ in consumed += 1 })
      }
      #expect(consumed == failing)
    }
  }

  @Test func oneThreadMakesAndConsumesInTurn() throws {
    let steps = Mutex<[String]>([])
    @Sendable func add(_ step: String) { steps.withLock { $0.append(step) } }
    try OrderedPipeline.run(
      sizes: [Int](repeating: 1 << 20, count: 3), threads: 1, isBeside: false, workspace: {},
      produce: { index, _ in add("make \(index)") },
      consume: { index, _ in add("take \(index)") })
    #expect(
      steps.withLock { $0 } == ["make 0", "take 0", "make 1", "take 1", "make 2", "take 2"])
  }

  @Test(arguments: [1, 2, 5])
  func itemsOfAnySizeAreConsumedInOrder(threads: Int) throws {
    for sizes in [
      [], [0], [1 << 20], [0, 70_000, 1, 2, 65_535, 1, 65_536, 0, Int.max, Int.max, 3],
    ] {
      var seen: [Int] = []
      try OrderedPipeline.run(
        sizes: sizes, threads: threads, workspace: {}, produce: { index, _ in index },
        consume: { index, product in
          #expect(index == product)
          seen.append(product)
        })
      #expect(seen == Array(sizes.indices))
    }
  }

  @Test(arguments: [1, 2, 5])
  func aFailingItemOfABatchDoesNotTakeTheOnesBeforeItAlong(threads: Int) {
    for failing in 0..<20 {
      var consumed = 0
      #expect(throws: ItemFailure(index: failing)) {
        try OrderedPipeline.run(
          sizes: (0..<20).map { $0 * 3000 }, threads: threads, workspace: {},
          produce: { index, _ in
            if index >= failing { throw ItemFailure(index: index) }
            return index
          },
          consume: { _, _ in consumed += 1 })
      }
      #expect(consumed == failing)
    }
  }

  @Test(arguments: [1, 2, 5])
  func anErrorOfTheConsumerEndsTheWork(threads: Int) {
    var consumed = 0
    #expect(throws: ItemFailure(index: 4)) {
      try OrderedPipeline.run(
        count: 1_000_000, threads: threads, workspace: {}, produce: { index, _ in index },
        consume: { index, _ in
          if index == 4 { throw ItemFailure(index: index) }
          consumed += 1
        })
    }
    #expect(consumed == 4)
  }

  @Test(arguments: [1, 3])
  func anErrorOfTheWorkspaceIsThrown(threads: Int) {
    #expect(throws: ItemFailure(index: -1)) {
      try OrderedPipeline.run(
        count: 10, threads: threads,
        workspace: { () throws -> Int in throw ItemFailure(index: -1) },
        produce: { index, _ in index }, consume: { _, _ in Issue.record("nothing was made") })
    }
  }

  @Test func aWorkspaceIsKeptBetweenTheItemsOfAThread() throws {
    var largest = 0
    try OrderedPipeline.run(
      count: 30, threads: 2, workspace: { 0 },
      produce: { _, uses in
        uses += 1
        return uses
      },
      consume: { _, uses in largest = max(largest, uses) })
    #expect(largest >= 15)
  }

  @Test func noMoreThanTwoProductsAThreadAreAheadOfTheConsumer() throws {
    try OrderedPipeline.run(
      count: 200, threads: 2, workspace: {}, produce: { _, _ in Alive() },
      consume: { _, product in
        // Two threads: a window of four, and the one that is being consumed.
        #expect(product.livingNow <= 5)
      })
  }

  @Test func itemsOfSoManyBytesMoreAreAheadOfOneThatTakesLong() throws {
    let made = Atomic(0)
    let deadline = ContinuousClock.now + .seconds(10)
    try OrderedPipeline.run(
      sizes: [Int](repeating: 1 << 20, count: 200), threads: 2, ahead: 16 << 20, workspace: {},
      produce: { index, _ in
        while index == 0, made.load(ordering: .relaxed) < 19, .now < deadline {}
        made.add(1, ordering: .relaxed)
        return Alive()
      },
      consume: { _, product in
        // Two threads: a window of four and sixteen, and the one that is being consumed.
        #expect(product.livingNow <= 21)
      })
    #expect(.now < deadline, "the first item waited in vain for nineteen others")
  }
}

/// Counts how many of itself there are.
private final class Alive: Sendable {
  private static let living = Atomic(0)

  init() { Self.living.add(1, ordering: .relaxed) }

  deinit { Self.living.subtract(1, ordering: .relaxed) }

  var livingNow: Int { Self.living.load(ordering: .relaxed) }
}
