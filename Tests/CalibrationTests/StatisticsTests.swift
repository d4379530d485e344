import ByteStorage
import Inference
import ModelGraph
import Pruning
import Reconstruction
import Testing

@testable import Calibration

@Suite struct StatisticsTests {
  private let dense = Model.residualNetwork

  private func request(_ method: String = "admm") -> CalibrationRequest {
    var request = CalibrationRequest()
    request.method = ReconstructionMethods.all.first { $0.name == method }
    return request
  }

  private func statistics(_ feed: CalibrationFeed) throws -> CalibrationStatistics {
    try dense.statistics(request(), feed, NaiveRunner()).sums
  }

  private func pruned(
    _ statistics: CalibrationStatistics, _ request: CalibrationRequest
  ) throws -> (model: Model, report: CalibrationReport) {
    var model = dense
    let reports = try model.prune(
      PruningRequest(goal: .sparsity(0.6, .layer)), calibratedBy: request, statistics)
    return (model, reports.calibration)
  }

  @Test("The sums of the first layer are those of the samples")
  func sums() throws {
    let feed = CalibrationFeed.numbers(50, chunk: 7)
    let first = try #require(try statistics(feed).layers.first?.groups.first)
    var samples: [[Double]] = []
    for chunk in 0..<feed.chunkCount {
      let values = try #require(try feed.chunk(chunk)["x"]?.doubles())
      for start in stride(from: 0, to: values.count, by: 12) {
        samples.append(Array(values[start..<start + 12]))
      }
    }
    #expect(first.count == 50)
    var place = 0
    for row in 0..<12 {
      #expect(abs(first.sums[row] - samples.reduce(0) { $0 + $1[row] }) < 1e-9)
      for column in 0...row {
        let product = samples.reduce(0) { $0 + $1[row] * $1[column] }
        #expect(abs(first.products[place] - product) < 1e-9)
        place += 1
      }
    }
    #expect(place == first.products.count)
  }

  @Test("The sums of parts of the samples make up those of all")
  func parts() throws {
    let whole = try statistics(.numbers(90, chunk: 30))
    let samples = CalibrationFeed.numbers(90, chunk: 30)
    var added = try statistics(.chunk(0, of: samples))
    for chunk in 1..<3 { try added.add(statistics(.chunk(chunk, of: samples))) }
    #expect(added.sampleCount == 90)
    #expect(added.layers.map(\.tensor) == ["w0", "w1", "w2", "w3"])
    for (one, other) in zip(whole.layers.flatMap(\.groups), added.layers.flatMap(\.groups)) {
      #expect(one.count == other.count)
      for (first, second) in zip(one.sums + one.products, other.sums + other.products) {
        #expect(abs(first - second) <= 1e-9 * max(1, abs(first)))
      }
    }
  }

  @Test("Statistics of another network are refused")
  func others() throws {
    var some = try statistics(.numbers(20, chunk: 20))
    let fewer = CalibrationStatistics(sampleCount: 1, layers: Array(some.layers.dropLast()))
    #expect(throws: CalibrationError.self) { try some.add(fewer) }
    let turned = CalibrationStatistics(
      sampleCount: 1,
      layers: some.layers.map { .init(tensor: $0.tensor, rows: $0.rows + 1, groups: $0.groups) })
    #expect(throws: CalibrationError.self) { try some.add(turned) }
    #expect(throws: CalibrationError.self) { try pruned(turned, request()) }
  }

  @Test("What samples choose for the first layer that is pruned, their sums choose, too")
  func sameAsSamples() throws {
    for method in ReconstructionMethods.all {
      var request = request(method.name)
      request.repair = .none
      var bySamples = dense
      _ = try bySamples.prune(
        PruningRequest(goal: .sparsity(0.6, .layer)), calibratedBy: request,
        .numbers(200, chunk: 64), NaiveRunner())
      let bySums = try pruned(statistics(.numbers(200, chunk: 64)), request).model
      let pairs = zip(
        try bySamples[TensorID(1)].doubles(), try bySums[TensorID(1)].doubles())
      for (one, other) in pairs { #expect(abs(one - other) <= 1e-6 * max(1, abs(one))) }
    }
  }

  @Test("Sums are worth more than weights alone, and as many weights go")
  func better() throws {
    let sums = try statistics(.numbers(200, chunk: 64))
    let (model, report) = try pruned(sums, request())
    #expect(report.sampleCount == 200)
    #expect(report.rows.map(\.name) == ["h1", "p2"])
    #expect(report.rows.allSatisfy { $0.error < $0.plainError })
    for tensor in [TensorID(1), TensorID(2)] {
      let weights = try model[tensor].doubles()
      #expect(weights.count { $0 == 0 } == Int((0.6 * Double(weights.count)).rounded()))
    }
  }

  @Test("Sums that no samples could have leave finite weights", arguments: [-1, 0, 1e300])
  func impossibleSums(scale: Double) throws {
    let sums = try statistics(.numbers(50, chunk: 50))
    let layers = try sums.layers.map { layer in
      CalibrationStatistics.Layer(
        tensor: layer.tensor, rows: layer.rows,
        groups: try layer.groups.map {
          try #require(
            CalibrationStatistics.Group(
              count: $0.count, sums: $0.sums, products: $0.products.map { $0 * scale }))
        })
    }
    for method in ReconstructionMethods.all {
      let model = try pruned(
        CalibrationStatistics(sampleCount: 0, layers: layers), request(method.name)
      ).model
      for tensor in [TensorID(1), TensorID(2)] {
        let weights = try model[tensor].doubles()
        #expect(weights.allSatisfy { $0.isFinite }, "\(method.name)")
        #expect(weights.count { $0 == 0 } >= Int((0.6 * Double(weights.count)).rounded()))
      }
    }
  }

  @Test("A layer that the sums do not tell of is pruned plainly, which is said")
  func unknownLayer() throws {
    let sums = try statistics(.numbers(200, chunk: 64))
    let fewer = CalibrationStatistics(
      sampleCount: 200, layers: sums.layers.filter { $0.tensor != "w1" })
    let (_, report) = try pruned(fewer, request())
    #expect(report.rows.map(\.name) == ["p2"])
    #expect(report.others.map(\.reason) == ["the statistics do not tell of it"])
  }
}

extension CalibrationFeed {
  /// One chunk of another feed.
  fileprivate static func chunk(_ index: Int, of feed: CalibrationFeed) -> CalibrationFeed {
    CalibrationFeed(sampleCount: feed.sampleCount / feed.chunkCount, chunkCount: 1) { _ in
      try feed.chunk(index)
    }
  }
}
