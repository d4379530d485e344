import ByteStorage
import ModelGraph
import TestSupport
import Testing

@testable import Pruning

@Suite struct ShareDivisionTests {
  /// The share of each layer by the definition: sort, score, rank all together.
  private func lampReference(_ zeros: Int, of layers: [[Float]]) -> [Int] {
    var scores: [(score: Double, layer: Int)] = []
    for (layer, weights) in layers.enumerated() {
      var rest = 0.0
      for weight in weights.map({ Double($0) * Double($0) }).sorted(by: >) {
        rest += weight
        scores.append((rest > 0 ? weight / rest : 0, layer))
      }
    }
    var counts = layers.map { _ in 0 }
    for (_, layer) in scores.sorted(by: { $0.score < $1.score }).prefix(zeros) {
      counts[layer] += 1
    }
    return counts
  }

  private func spectrum(_ weights: [Float]) -> MagnitudeSpectrum {
    var histogram = Array(repeating: 0, count: RadixSelection.bucketCount)
    for weight in weights { histogram[Int(weight.magnitude.bitPattern >> 16)] += 1 }
    return MagnitudeSpectrum(histogram, number: MagnitudeCriterion().number)
  }

  @Test(
    "LAMP takes as many of each layer as its definition, but for the width of a band",
    arguments: [1420, 1421, 3000, 9000, 13_000, 14_200])
  func lamp(zeros: Int) {
    var generator = SeededGenerator(seed: 1)
    let layers = [(200, Float(1)), (4000, 0.01), (10_000, 3)].map { count, scale in
      (0..<count).map { place in
        place % 10 == 0
          ? 0
          : scale * Float.random(in: -1...1, using: &generator)
            * Float.random(in: -1...1, using: &generator)
      }
    }
    let found = ShareDivision.lamp(zeros, of: layers.map(spectrum))
    #expect(found.reduce(0, +) == zeros)
    for (found, (expected, layer)) in zip(found, zip(lampReference(zeros, of: layers), layers)) {
      #expect(abs(found - expected) <= max(2, layer.count / 150))
    }
  }

  @Test("LAMP leaves infinities and what is no number, unless all must go")
  func infinite() {
    let layers: [[Float]] = [[1, 2, .infinity], [.nan, 5, 0]]
    #expect(ShareDivision.lamp(4, of: layers.map(spectrum)) == [2, 2])
    #expect(ShareDivision.lamp(6, of: layers.map(spectrum)) == [3, 3])
  }

  @Test("What is zero already has gone, however little should")
  func zerosBefore() {
    let layers: [[Float]] = [[0, 0, 3], [1, 2, 0, 4]]
    #expect(ShareDivision.lamp(1, of: layers.map(spectrum)) == [2, 1])
  }

  @Test("LAMP does not depend on the scale of a layer")
  func scale() {
    var generator = SeededGenerator(seed: 5)
    let weights = (0..<5000).map { _ in Float.random(in: -1...1, using: &generator) }
    let layers = [weights, weights.map { $0 * 1024 }]
    #expect(ShareDivision.lamp(7000, of: layers.map(spectrum)) == [3500, 3500])
  }

  @Test("ERK keeps what its formula says, and small layers whole")
  func erk() {
    let shapes = [[16, 3, 3, 3], [64, 64, 3, 3], [256, 256, 3, 3], [10, 256]]
    let counts = shapes.map { $0.reduce(1, *) }
    let total = counts.reduce(0, +)
    for percent in stride(from: 0, through: 100, by: 5) {
      let zeros = total * percent / 100
      let found = ShareDivision.erk(zeros, of: shapes)
      #expect(found.reduce(0, +) == zeros)
      // The scale of those that are not whole is the same.
      let scales = found.indices.filter { found[$0] > 0 }.map { index in
        Double(counts[index] - found[index]) / Double(shapes[index].reduce(0, +))
      }
      let largest = scales.max() ?? 0
      #expect(scales.allSatisfy { largest - $0 < 1 })
      for index in found.indices where found[index] == 0 && zeros > 0 {
        #expect(Double(counts[index]) <= largest * Double(shapes[index].reduce(0, +)) + 1)
      }
    }
    #expect(ShareDivision.erk(0, of: []) == [])
    #expect(ShareDivision.erk(0, of: [[0, 3]]) == [0])
  }

  /// A wide layer of large weights and a square one of small ones, with a few zeros.
  private func model() throws -> Model {
    var maker = ModelMaker()
    var generator = SeededGenerator(seed: 2)
    for (name, shape, scale) in [("a" as ByteString, [8, 512], Float(10)), ("b", [64, 64], 0.1)] {
      let weights = (0..<shape[0] * shape[1]).map { place in
        place % 50 == 0 ? 0 : scale * Float.random(in: -1...1, using: &generator)
      }
      maker.add(try .floats(name, shape, weights))
      maker.node("MatMul", ["x", name], [ByteString(name.bytes + [0x79])])
    }
    return maker.model
  }

  @Test("Weights that stand out spare a tensor, and as many go in all", arguments: 0...10)
  func owl(tenths: Int) {
    let counts = [100, 400, 200, 300]
    let zeros = 100 * tenths
    let found = ShareDivision.owl(zeros, of: counts, standingOut: [0, 0.01, 0.02, nil])
    #expect(found.reduce(0, +) == zeros)
    #expect(zip(found, counts).allSatisfy { 0...$1 ~= $0 })
    let shares = zip(found, counts).map { Double($0) / Double($1) }
    #expect(shares[0] >= shares[1] && shares[1] >= shares[2])
    // What is not known counts as the mean; rounding adds a weight here and there.
    #expect(abs(shares[1] - shares[3]) <= 0.01)
    if 2...8 ~= tenths { #expect(abs(shares[0] - shares[2] - 0.16) <= 0.02) }
  }

  @Test("Where as many stand out everywhere, or nothing is known, shares are the same")
  func owlUniform() {
    #expect(ShareDivision.owl(70, of: [60, 40], standingOut: [0.1, 0.1]) == [42, 28])
    #expect(ShareDivision.owl(70, of: [60, 40], standingOut: [nil, nil]) == [42, 28])
    #expect(ShareDivision.owl(0, of: [], standingOut: []) == [])
  }

  @Test(
    "A divided share is met exactly, the smallest of each tensor go, and threads change nothing",
    arguments: [PruningScope.erk, .lamp])
  func pruning(scope: PruningScope) throws {
    let dense = try model()
    var request = PruningRequest(goal: .sparsity(0.7, scope))
    var pruned = dense
    let report = try pruned.prune(request)
    #expect(report.zerosAfter == 5734)
    #expect(report.entries[0].prunedCount != report.entries[1].prunedCount)
    for tensor in dense.tensorIDs {
      let (before, after) = (try dense[tensor].floatValues(), try pruned[tensor].floatValues())
      let kept = zip(before, after).filter { $0.1 != 0 }.map(\.0.magnitude).min() ?? 0
      let gone = zip(before, after).filter { $0.1 == 0 }.map(\.0.magnitude).max() ?? 0
      #expect(gone <= kept)
    }
    request.threads = 3
    var again = dense
    _ = try again.prune(request)
    for tensor in dense.tensorIDs {
      #expect(try again[tensor].floatValues() == pruned[tensor].floatValues())
    }
  }

  @Test("A tensor with a share of its own keeps it, and the others share what is theirs")
  func ownShares() throws {
    var model = try model()
    var request = PruningRequest(goal: .sparsity(0.5, .erk))
    request.shares = [SelectedShare(try Selector("a"), 0.25)]
    let report = try model.prune(request)
    #expect(report.entries.map(\.prunedCount) == [1024, 2048])
  }
}
