import ByteStorage
import Inference
import ModelGraph
import Pruning
import Reconstruction
import Testing

@testable import Calibration

@Suite struct CalibratedPrunerTests {
  private func request(_ method: String = "admm") -> CalibrationRequest {
    var request = CalibrationRequest()
    request.method = ReconstructionMethods.all.first { $0.name == method }
    return request
  }

  private func pruned(
    _ goal: PruningGoal, _ request: CalibrationRequest, _ feed: CalibrationFeed? = nil,
    model: Model = .residualNetwork
  ) throws -> (model: Model, pruning: PruningReport, calibration: CalibrationReport) {
    var model = model
    let reports = try model.prune(
      PruningRequest(goal: goal), calibratedBy: request, feed ?? .numbers(200, chunk: 64),
      NaiveRunner())
    return (model, reports.pruning, reports.calibration)
  }

  /// The mean squared difference of both models' outputs.
  private func difference(_ first: Model, _ second: Model) throws -> Double {
    let outputs = try [first, second].map { model in
      let runner = NaiveRunner()
      runner.load(model)
      let feed = CalibrationFeed.numbers(300, chunk: 300)
      return try runner.run(feed.chunk(0), outputs: ["y"])["y"]?.doubles() ?? []
    }
    return zip(outputs[0], outputs[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      / Double(outputs[0].count)
  }

  @Test(
    "As many weights go as were asked for, and the ends stay dense", arguments: [0.3, 0.5, 0.9])
  func counts(share: Double) throws {
    let (model, pruning, calibration) = try pruned(.sparsity(share, .layer), request())
    #expect(pruning.entries.map(\.name) == ["w1", "w2"])
    for entry in pruning.entries {
      let zeros = try model[entry.tensor].doubles().count { $0 == 0 }
      #expect(zeros == Int((share * Double(entry.elementCount)).rounded()))
      #expect(entry.zerosAfter == zeros)
    }
    #expect(calibration.rows.map(\.name) == ["h1", "p2", "y"])
    #expect(calibration.rows.allSatisfy { $0.error <= $0.plainError })
    #expect(
      try model[TensorID(0)].contents.bytes() == Model.residualNetwork[TensorID(0)].contents.bytes()
    )
  }

  @Test(
    "Without damping few samples have no covariance: Wanda chooses, and a warning says so",
    arguments: ["obs", "sparsegpt"])
  func noCovariance(method: String) throws {
    var (own, wanda) = (request(method), request("wanda"))
    (own.damping, wanda.damping) = (0, 0)
    (own.repair, wanda.repair) = (.none, .none)
    let samples = CalibrationFeed.numbers(3, chunk: 3)
    let results = try [own, wanda].map { try pruned(.sparsity(0.5, .layer), $0, samples) }
    let weights = try results.map { try $0.model[TensorID(1)].doubles() }
    #expect(weights[0] == weights[1])
    #expect(
      results[0].calibration.warnings.contains {
        $0.contains("\"h1\" reads values without a usable covariance") && $0.contains("wanda")
      })
    let damped = try pruned(.sparsity(0.5, .layer), request(method), samples)
    #expect(!damped.calibration.warnings.contains { $0.contains("covariance") })
  }

  @Test("What is fitted does more of what the dense network does than plain pruning")
  func betterThanPlain() throws {
    let dense = Model.residualNetwork
    var plain = dense
    _ = try plain.prune(
      PruningRequest(goal: .sparsity(0.6, .layer), rules: [.only("w1"), .only("w2")]))
    let plainDifference = try difference(dense, plain)
    for method in ReconstructionMethods.all {
      let fitted = try pruned(.sparsity(0.6, .layer), request(method.name)).model
      #expect(try difference(dense, fitted) < 0.5 * plainDifference, "\(method.name)")
    }
    var statistics = request("magnitude")
    statistics.repair = .statistics
    let matched = try pruned(.sparsity(0.6, .layer), statistics).model
    #expect(try difference(dense, matched) < plainDifference)
  }

  @Test("Patterns hold in every group")
  func patterns() throws {
    let pattern = try GroupPattern(kept: 2, group: 4)
    let (model, _, calibration) = try pruned(.groups(pattern), request())
    #expect(calibration.rows.contains { $0.name == "h1" })
    for (tensor, inputs, outputs) in [(1, 20, 24), (2, 24, 20)] {
      let weights = try model[TensorID(tensor)].doubles()
      for output in 0..<outputs {
        for group in stride(from: 0, to: inputs, by: 4) {
          let kept = (group..<group + 4).count { weights[$0 * outputs + output] != 0 }
          #expect(kept == 2)
        }
      }
    }
  }

  @Test("Nothing changes when nothing is pruned")
  func identity() throws {
    let dense = Model.residualNetwork
    let model = try pruned(.sparsity(0, .layer), request()).model
    for id in dense.tensorIDs {
      #expect(try model[id].contents.bytes() == dense[id].contents.bytes())
    }
  }

  @Test("Neither the order of samples nor the size of chunks matters")
  func order() throws {
    let first = try pruned(.sparsity(0.5, .layer), request(), .numbers(150, chunk: 150)).model
    let order = (0..<150).map { ($0 * 61 + 7) % 150 }
    for feed in [.numbers(150, chunk: 7), CalibrationFeed.numbers(150, chunk: 64, order: order)] {
      let second = try pruned(.sparsity(0.5, .layer), request(), feed).model
      for id in first.tensorIDs where first[id].elementType == .float32 {
        for (one, other) in zip(try first[id].doubles(), try second[id].doubles()) {
          #expect(abs(one - other) <= 1e-6 * max(1, abs(one)))
        }
      }
    }
  }

  @Test("A layer without a bias gets one of its own, and a shared one is not changed")
  func biases() throws {
    let (model, _, _) = try pruned(.sparsity(0.5, .layer), request())
    let last = try #require(model[.main].nodes.last)
    #expect(last.inputs == ["y", "w3", "y_bias"].map { $0 == "y" ? "r2" : $0 })
    var builder = NetworkBuilder()
    for (name, sizes) in [("w0", [12, 20]), ("w1", [20, 20]), ("w2", [20, 20])] {
      builder.constant(ByteString(name), sizes)
    }
    builder.constant("b", [20])
    builder.node("Gemm", ["x", "w0", "b"], "h0")
    builder.node("Gemm", ["h0", "w1", "b"], "h1")
    builder.node("Relu", ["h1"], "r1")
    builder.node("Gemm", ["r1", "w2"], "y")
    let shared = builder.model()
    let result = try pruned(.sparsity(0.5, .layer), request(), model: shared).model
    #expect(try result[TensorID(3)].contents.bytes() == shared[TensorID(3)].contents.bytes())
    #expect(result[.main].nodes[1].inputs == ["h0", "w1", "h1_bias"])
  }

  @Test("Weights that several nodes read are pruned plainly, with the reason")
  func sharedWeights() throws {
    var builder = NetworkBuilder()
    for (name, sizes) in [("w0", [12, 20]), ("w1", [20, 20]), ("w2", [20, 20])] {
      builder.constant(ByteString(name), sizes)
    }
    builder.node("Gemm", ["x", "w0"], "h0")
    builder.node("Gemm", ["h0", "w1"], "h1")
    builder.node("Gemm", ["h1", "w1"], "h2")
    builder.node("Relu", ["h2"], "r2")
    builder.node("Gemm", ["r2", "w2"], "y")
    let (model, pruning, calibration) = try pruned(
      .sparsity(0.5, .layer), request(), model: builder.model())
    #expect(calibration.others.map(\.reason) == ["several operators read it"])
    #expect(try model[TensorID(1)].doubles().count { $0 == 0 } == 200)
    #expect(pruning.entries.map(\.name) == ["w1"])
  }

  @Test("Half-precision weights stay half-precision, and their zeros are counted after rounding")
  func halfPrecision() throws {
    var builder = NetworkBuilder()
    for (name, sizes) in [("w0", [12, 20]), ("w1", [20, 20]), ("w2", [20, 20])] {
      builder.constant(ByteString(name), sizes, .float16)
    }
    builder.node("Gemm", ["x", "w0"], "h0")
    builder.node("Relu", ["h0"], "r0")
    builder.node("Gemm", ["r0", "w1"], "h1")
    builder.node("Relu", ["h1"], "r1")
    builder.node("Gemm", ["r1", "w2"], "y")
    let (model, pruning, _) = try pruned(
      .sparsity(0.5, .layer), request(), model: builder.model())
    #expect(model[TensorID(1)].elementType == .float16)
    #expect(pruning.entries.map(\.zerosAfter) == [200])
  }

  @Test("The history tells what was done")
  func history() throws {
    let entries = try pruned(.sparsity(0.5, .layer), request("obs")).model.history.entries
    #expect(entries.map(\.action) == ["prune", "calibrate"])
    #expect(entries[1].settings.contains { $0.name == "method" && $0.value == "obs" })
    #expect(entries[1].zerosAfter == 480)
  }
}
