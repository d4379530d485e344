import ByteStorage
import Inference
import ModelGraph
import StructuredPruning
import Testing

@testable import Calibration

@Suite struct OutputChangeTests {
  /// A model with a constant times a factor.
  private func scaled(_ model: Model, _ name: ByteString, by factor: Double) throws -> Model {
    var result = model
    let tensor = try #require(model.tensorIDs.first { model[$0].name == name })
    let numbers = try model[tensor].doubles().map { $0 * factor }
    result.replaceContents(
      of: tensor, with: MemorySource(NumericArray.packed(numbers, model[tensor].elementType)))
    return result
  }

  @Test("The error is that of the outputs, as a share of their squares")
  func error() throws {
    let dense = Model.residualNetwork
    let change = try OutputChange(dense, .numbers(200, chunk: 64), NaiveRunner(), sampleCount: 100)
    #expect(try change.error(of: dense) == 0)
    // The last layer has no bias.
    let error = try #require(try change.error(of: scaled(dense, "w3", by: 1.25)))
    #expect(abs(error - 0.0625) < 1e-6)
  }

  private struct TooMany: Error {}

  @Test("A few samples are enough")
  func samples() throws {
    var feed = CalibrationFeed.numbers(400, chunk: 50)
    let chunk = feed.chunk
    feed.chunk = { index in
      guard index < 3 else { throw TooMany() }
      return try chunk(index)
    }
    #expect(OutputChange.sampleCount(of: 1024, sets: 9) == 113)
    #expect(OutputChange.sampleCount(of: 1024, sets: 100) == 16)
    _ = try OutputChange(.residualNetwork, feed, NaiveRunner(), sampleCount: 128)
  }

  /// Two hidden layers beside each other, whose outputs go into the sum with different factors.
  private func branches() throws -> Model {
    var builder = NetworkBuilder()
    for branch in ["a", "b"] {
      let name = { (text: String) in ByteString(text + branch) }
      builder.constant(name("u"), [12, 16])
      builder.constant(name("v"), [16, 10])
      builder.constant(name("w"), [10, 4])
      builder.node("Gemm", ["x", name("u")], name("h"))
      builder.node("Relu", [name("h")], name("r"))
      builder.node("MatMul", [name("r"), name("v")], name("p"))
      builder.node("Relu", [name("p")], name("q"))
      builder.node("MatMul", [name("q"), name("w")], name("o"))
    }
    builder.node("Add", ["oa", "ob"], "y")
    return try scaled(builder.model(), "wb", by: 0.01)
  }

  @Test("Channels that the outputs hardly depend on count less, and more of them go")
  func weights() throws {
    let model = try branches()
    let feed = CalibrationFeed.numbers(300, chunk: 100)
    let pruning = ChannelPruningRequest(goal: .parameters(0.7))
    let inputs = try ActivationStore(feed)
    var tracer = try ChannelTracer(
      model, model.channelCandidates(pruning), CalibrationRequest(), nil)
    tracer.outputs = try OutputChange(model, feed, NaiveRunner(), sampleCount: 100)
    try tracer.run(feed, inputs, NaiveRunner(), nil)
    let weights = tracer.verdicts.values.compactMap { verdict -> Double? in
      if case .trace(let trace) = verdict { trace.weight } else { nil }
    }.sorted()
    #expect(weights.count == 4)
    #expect(abs(weights.reduce(0, +) / 4 - 1) < 1e-9)
    #expect(weights[0] > 0 && weights[0] < 0.01 * weights[3])
    var pruned = model
    let report = try pruned.pruneChannels(
      pruning, by: nil, calibratedBy: CalibrationRequest(), feed, NaiveRunner())
    let removed = { (layers: Set<ByteString>) in
      report.calibration.channels.filter { layers.contains($0.layer) }.reduce(0) { $0 + $1.removed }
    }
    #expect(removed(["hb", "pb"]) > 2 * removed(["ha", "pa"]))
  }

  /// Refuses models of more nodes than a number.
  private struct SmallRunner: PartRunner {
    let most: Int
    let base = NaiveRunner()

    func load(_ part: Model) throws {
      guard part[.main].nodes.count <= most else {
        throw InferenceError.modelRefused(reason: "too many nodes")
      }
      base.load(part)
    }

    func run(
      _ inputs: [String: NumericArray], outputs: [String]
    ) throws -> [String: NumericArray] { try base.run(inputs, outputs: outputs) }
  }

  @Test("A network that runs only in parts is pruned, its losses counting alike")
  func parts() throws {
    let model = try branches()
    var pruned = model
    let report = try pruned.pruneChannels(
      ChannelPruningRequest(goal: .parameters(0.7)), by: nil, calibratedBy: CalibrationRequest(),
      .numbers(300, chunk: 100), SmallRunner(most: model[.main].nodes.count - 1))
    #expect(report.channels.removedCount > 0)
    #expect(report.calibration.warnings.count { $0.contains("too many nodes") } == 1)
  }
}
