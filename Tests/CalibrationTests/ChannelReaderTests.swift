import ByteStorage
import Inference
import LinearAlgebra
import ModelGraph
import Reconstruction
import Testing

@testable import Calibration

@Suite struct ChannelReaderTests {
  private let model = Model.residualNetwork

  /// A layer as one that reads channels, and what is behind it.
  private func reader(
    _ layer: ByteString, reading values: [ByteString], behind: ByteString
  ) throws -> (consumer: ChannelProblem.Consumer, behind: Matrix) {
    let layer = try #require(try LayerFinder.layers(of: model).first { $0.output == layer })
    let runner = NaiveRunner()
    runner.load(model)
    let names = (values + [behind]).map(\.text)
    let found = try runner.run(CalibrationFeed.numbers(300, chunk: 300).chunk(0), outputs: names)
    let store = try ActivationStore()
    try store.append(
      Dictionary(uniqueKeysWithValues: try values.map { ($0, try #require(found[$0.text])) }))
    let reader = try ChannelReader(
      layer, in: model, path: OutputPath(behind: layer, in: model, GraphIndex(model)),
      rule: SamplingRule(perSample: 1, seed: 0))
    let sums = try #require(try reader.sums(store, VectorMasks(nil, store))?.first)
    let consumer = sums.consumer(
      try layer.matrices(in: model)[0], columns: (0..<layer.columns).map { [$0] }, damping: 0.01,
      hasBias: layer.bias != .none)
    let array = try #require(found[behind.text])
    return (
      consumer,
      Matrix(rows: 300, columns: layer.rows, try #require(array.doubles()))
    )
  }

  private func variance(_ matrix: Matrix) -> Double {
    (0..<matrix.columns).reduce(0) { sum, column in
      let values = (0..<matrix.rows).map { matrix[$0, column] }
      let mean = values.reduce(0, +) / Double(values.count)
      return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    }
  }

  @Test("Errors count as often as the Relu behind the sum lets them through")
  func rectified() throws {
    let (consumer, behind) = try reader("p2", reading: ["r1", "r0"], behind: "r2")
    let total = variance(behind)
    for (column, weight) in consumer.outputWeights.enumerated() {
      let share = Double((0..<behind.rows).count { behind[$0, column] > 0 }) / 300
      #expect(abs(weight - share / total) < 1e-9 * max(1, weight))
    }
    #expect(Set(consumer.outputWeights).count > 1)
  }

  @Test("Without a Relu all errors count the same")
  func plain() throws {
    let (consumer, behind) = try reader("y", reading: ["r2"], behind: "y")
    let total = variance(behind)
    for weight in consumer.outputWeights { #expect(abs(weight * total - 1) < 1e-6) }
  }

  @Test("Each group of a convolution is looked at with what it reads")
  func groups() throws {
    var builder = NetworkBuilder()
    builder.constant("w", [6, 4, 1, 1])
    builder.constant("b", [6])
    builder.node("Conv", ["x", "w", "b"], "y", ["group": .int(2)])
    let model = builder.model()
    let layer = try #require(try LayerFinder.layers(of: model).first)
    var numbers = TestNumbers(seed: 5)
    let values = numbers.list(50 * 8)
    let store = try ActivationStore()
    try store.append([
      "x": try #require(NumericArray(values.map(Float.init), dimensions: [50, 8, 1, 1]))
    ])
    let reader = try ChannelReader(
      layer, in: model, path: OutputPath(behind: layer, in: model, GraphIndex(model)),
      rule: SamplingRule(perSample: 1, seed: 0))
    let sums = try #require(try reader.sums(store, VectorMasks(nil, store)))
    #expect(sums.count == 2)
    for (group, (sums, weights)) in zip(sums, try layer.matrices(in: model)).enumerated() {
      for (column, mean) in sums.moments.inputMeans.enumerated() {
        let own = (0..<50).reduce(0) { $0 + values[$1 * 8 + group * 4 + column] } / 50
        #expect(abs(mean - own) < 1e-6)
      }
      let consumer = sums.consumer(
        weights, columns: (0..<4).map { [$0] }, damping: 0.01, hasBias: true)
      let fit = try #require(consumer.fit(without: []))
      for (one, other) in zip(fit.weights.values, weights.values) {
        #expect(abs(one - other) < 1e-6)
      }
      let biases = try model[TensorID(1)].doubles()[layer.outputs(ofGroup: group)]
      for (one, other) in zip(try #require(fit.bias), biases) { #expect(abs(one - other) < 1e-6) }
    }
  }

  @Test("Without channels gone, weights and bias are those of the layer")
  func whole() throws {
    let (consumer, _) = try reader("h1", reading: ["r0"], behind: "r1")
    let fit = try #require(consumer.fit(without: []))
    let layer = try #require(try LayerFinder.layers(of: model).first { $0.output == "h1" })
    for (one, other) in zip(fit.weights.values, try layer.matrices(in: model)[0].values) {
      #expect(abs(one - other) < 1e-6)
    }
    let tensor = try #require(model.tensorIDs.first { model[$0].name == "b1" })
    for (one, other) in zip(try #require(fit.bias), try model[tensor].doubles()) {
      #expect(abs(one - other) < 1e-6)
    }
  }
}
