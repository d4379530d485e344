import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

@Suite struct StreamedSelectionTests {
  static let special: [Float] = [
    0, -0.0, .nan, .infinity, -.infinity, 1, -1, .leastNonzeroMagnitude, 1.0000001,
    -.greatestFiniteMagnitude, 0, 1, -.nan, 0x1p-130,
  ]

  @Test func theLowestAreThoseOfAStableSortForEveryCount() throws {
    let keys = naiveKeys(Self.special)
    let weight = try WeightStream(floats: Self.special)
    for count in 0...Self.special.count {
      let selection = StreamedSelection(weights: [weight], rule: magnitudes, threads: 1)
      let result = try #require(try selection.lowest(count).first)
      #expect(result.mask.bools == naiveLowest(keys, count), "\(count) of the special values")
      #expect(result.zerosBefore == 3)
      #expect(result.zerosAfter == max(3, count))
      #expect(result.nanCount == 2)
    }
  }

  @Test func everySmallTensorOfTiesIsPrunedByIndex() throws {
    // All tensors of five elements out of three magnitudes, by every count.
    for code in 0..<243 {
      let values = [1, 3, 9, 27, 81].map { Float((code / $0) % 3) * ($0 % 2 == 0 ? -1 : 1) }
      let weight = try WeightStream(floats: values)
      let count = code % 6
      let selection = StreamedSelection(weights: [weight], rule: magnitudes, threads: 1)
      let result = try #require(try selection.lowest(count).first)
      #expect(result.mask.bools == naiveLowest(naiveKeys(values), count), "\(values), \(count)")
    }
  }

  @Test(arguments: [1, 2, 3])
  func severalTensorsCompeteInTheirOrder(threads: Int) throws {
    var random = SeededGenerator(seed: 1)
    let lengths = [1, 63, 64, 65, 130, 2]
    let values = lengths.map { length in
      (0..<length).map { _ in Float(Int.random(in: -5...5, using: &random)) }
    }
    let weights = try values.enumerated().map { try WeightStream(floats: $1, tensor: $0) }
    let all = values.flatMap { $0 }
    for count in stride(from: 0, through: all.count, by: 13) {
      let selection = StreamedSelection(weights: weights, rule: magnitudes, threads: threads)
      let found = try selection.lowest(count).flatMap(\.mask.bools)
      #expect(found == naiveLowest(naiveKeys(all), count), "\(count) of \(all.count)")
    }
  }

  @Test func aThresholdPrunesWhatIsBelowItAndNothingEqual() throws {
    let values: [Float] = [0.5, -0.5, 0.4999999, 0.50000006, .nan, -0.0, -.infinity]
    let weight = try WeightStream(floats: values)
    for threshold in [0, 0.5, 0.49999995, 0.50000001, 1e-300, 1e300] {
      let key = try #require(MagnitudeCriterion().key(ofThreshold: threshold))
      let selection = StreamedSelection(weights: [weight], rule: magnitudes, threads: 1)
      let result = try #require(try selection.below(key).first)
      #expect(result.mask.bools == values.map { Double(abs($0)) < threshold }, "\(threshold)")
    }
  }

  @Test(arguments: [1, 2, 4])
  func whereAStretchEndsDoesNotMatter(threads: Int) throws {
    var random = SeededGenerator(seed: 3)
    let values = (0..<1000).map { _ in Float(Int.random(in: -3...3, using: &random)) }
    let weights = [try WeightStream(floats: values), try WeightStream(floats: [1, 0], tensor: 1)]
    let all = values + [1, 0]
    for count in [0, 1, 150, 500, 999, 1001, 1002] {
      let selection = StreamedSelection(
        weights: weights, rule: magnitudes, threads: threads, stretchSize: 64)
      let found = try selection.lowest(count).flatMap(\.mask.bools)
      #expect(found == naiveLowest(naiveKeys(all), count), "\(count)")
    }
  }
}

@Suite struct RadixSelectionTests {
  @Test func theKeyOfEveryRankIsThatOfASort() {
    let keys: [UInt64] = [
      0, 0, 1, 0xFFFF, 0x1_0000, 0x1_0000, 0x1_0001, 1 << 40, 1 << 63, .max, .max,
    ]
    for rank in keys.indices {
      var selection = RadixSelection(keyBits: 64, rank: rank)
      while !selection.isComplete {
        var histogram = Array(repeating: 0, count: RadixSelection.bucketCount)
        for bucket in keys.compactMap(selection.digits.bucket) { histogram[bucket] += 1 }
        selection.narrow(by: histogram)
      }
      #expect(selection.key == keys[rank])
      #expect(selection.rest == rank - keys.filter { $0 < keys[rank] }.count)
    }
  }

  @Test func keysThatVanishBetweenTwoPassesAreNoTrap() {
    var selection = RadixSelection(keyBits: 32, rank: 5)
    while !selection.isComplete {
      selection.narrow(by: Array(repeating: 0, count: RadixSelection.bucketCount))
    }
    #expect(selection.rest == 0)
  }
}
