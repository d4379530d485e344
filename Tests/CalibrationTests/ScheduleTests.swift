import ByteStorage
import ModelGraph
import Pruning
import Testing

@testable import Calibration

@Suite struct ScheduleTests {
  private func layers(_ model: Model) throws -> [LinearLayer] {
    let finder = LayerFinder(model, GraphIndex(model))
    return try PrunableWeights(of: model).weights.map { try finder.layer(of: $0) }
  }

  @Test("Stages end where layers wait, and hold what later ones need")
  func residual() throws {
    let model = Model.residualNetwork
    let schedule = try Schedule(model, layers: try layers(model))
    #expect(schedule.stages.map { $0.layers.map(\.name) } == [["h0"], ["h1"], ["p2"], ["y"]])
    #expect(schedule.stages.map(\.nodes) == [[], [0, 1], [2, 3], [4, 5, 6, 7]])
    #expect(schedule.stages.map(\.live) == [["x"], ["r0"], ["r1", "r0"], ["r2"]])
  }

  @Test("Layers that read the same value are in one stage")
  func siblings() throws {
    var builder = NetworkBuilder()
    for name: ByteString in ["q", "k", "v"] { builder.constant(name, [12, 12]) }
    for name: ByteString in ["q", "k", "v"] {
      builder.node("MatMul", ["x", name], ByteString("h" + name.text))
    }
    builder.node("Add", ["hq", "hk"], "s")
    builder.node("Add", ["s", "hv"], "y")
    let model = builder.model()
    let schedule = try Schedule(model, layers: try layers(model))
    #expect(schedule.stages.map { $0.layers.map(\.name) } == [["hq", "hk", "hv"]])
  }

  @Test("Nodes that read constants alone belong to every part that needs them")
  func constants() throws {
    var builder = NetworkBuilder()
    builder.constant("w", [12, 12])
    builder.constant("v", [12, 12])
    builder.node("Identity", ["w"], "same")
    builder.node("MatMul", ["x", "same"], "h")
    builder.node("MatMul", ["h", "v"], "y")
    let model = builder.model()
    let schedule = try Schedule(model, layers: try layers(model))
    #expect(schedule.constants == [0])
    #expect(schedule.stages.map(\.live) == [["x"], ["h"]])
    let part = model.segment(
      schedule.stages[1].nodes, constants: schedule.constants, inputs: [("x", .float32)],
      outputs: ["h"])
    #expect(part[.main].nodes.map(\.operatorType) == ["Identity", "MatMul"])
    #expect(part[.main].initializers.map { part[$0].name } == ["w"])
  }

  @Test("First and last layers are known, and those between are neither")
  func ends() throws {
    let model = Model.residualNetwork
    let ends = try NetworkEnds(model, layers: try layers(model))
    #expect(ends.first.map { model[$0].name } == ["w0"])
    #expect(ends.last.map { model[$0].name } == ["w3"])
    #expect(ends.tensors(.none).isEmpty)
    #expect(ends.tensors(.ends) == ends.first.union(ends.last))
  }

  @Test("What becomes of an output is found through biases and normalisations")
  func stream() throws {
    let model = Model.residualNetwork
    let index = GraphIndex(model)
    let paths = try layers(model).map { try OutputPath(behind: $0, in: model, index) }
    #expect(paths.map(\.stream) == [nil, nil, "r0", nil])
    #expect(paths.map(\.isRectified) == [true, true, true, false])
    #expect(paths.map(\.goesOut) == [false, false, false, true])
    #expect(paths.map { $0.shifts?.count } == [nil, nil, 20, nil])
  }
}
