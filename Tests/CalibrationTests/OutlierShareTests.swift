import ByteStorage
import Inference
import ModelGraph
import Pruning
import Testing

@testable import Calibration

@Suite struct OutlierShareTests {
  /// A network in which some weights of the third layer are far larger than the others.
  private let dense: Model

  init() throws {
    var model = Model.residualNetwork
    var weights = try model[TensorID(2)].doubles()
    for place in stride(from: 0, to: weights.count, by: 30) { weights[place] = 100 }
    model.replaceContents(
      of: TensorID(2), with: MemorySource(NumericArray.packed(weights, .float32)), pattern: nil)
    dense = model
  }

  private let feed = CalibrationFeed.numbers(200, chunk: 64)
  private let pruning = PruningRequest(goal: .sparsity(0.6, .owl))

  private func zeroCounts(_ model: Model) throws -> [Int] {
    try model.tensorIDs.prefix(4).map { try model[$0].doubles().count { $0 == 0 } }
  }

  @Test("The shares are those of the weights whose products with the inputs' norms are large")
  func naive() throws {
    var request = pruning
    try request.measureOutliers(of: dense, CalibrationRequest(), feed, NaiveRunner(), progress: nil)
    let runner = NaiveRunner()
    runner.load(dense)
    var squares = [Double](repeating: 0, count: 24)
    for chunk in 0..<feed.chunkCount {
      let found = try runner.run(feed.chunk(chunk), outputs: ["r1"])["r1"]?.doubles() ?? []
      for (place, value) in found.enumerated() { squares[place % 24] += value * value }
    }
    let scores = try dense[TensorID(2)].doubles().enumerated().map { place, weight in
      abs(weight) * squares[place / 20].squareRoot()
    }
    let mean = scores.reduce(0, +) / Double(scores.count)
    let share = Double(scores.count { $0 > 5 * mean }) / Double(scores.count)
    #expect(share > 0.02)
    #expect(request.outlierShares?[TensorID(2)] == share)
    #expect(request.outlierShares?[TensorID(1)] == 0)
  }

  @Test("Where more weights stand out fewer go, of samples and of their sums, and as many in all")
  func division() throws {
    var bySamples = dense
    var steps: [(done: Int, total: Int)] = []
    _ = try bySamples.prune(pruning, calibratedBy: CalibrationRequest(), feed, NaiveRunner()) {
      steps.append(($0, $1))
    }
    // The layers at the ends stay dense; 0.16 lie between the others.
    #expect(try zeroCounts(bySamples) == [0, 326, 250, 0])
    #expect(steps.map(\.done) == Array(1...8) && steps.allSatisfy { $0.total == 8 })
    var bySums = dense
    let sums = try dense.statistics(CalibrationRequest(), feed, NaiveRunner()).sums
    _ = try bySums.prune(pruning, calibratedBy: CalibrationRequest(), sums)
    #expect(try zeroCounts(bySums) == [0, 326, 250, 0])
  }

  @Test("Without samples nothing is pruned")
  func withoutSamples() throws {
    var model = dense
    #expect(throws: PruningError.scopeWithoutSamples) { try model.prune(pruning) }
    #expect(try zeroCounts(model) == zeroCounts(dense))
  }
}
