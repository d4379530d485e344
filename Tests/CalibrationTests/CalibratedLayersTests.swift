import ByteStorage
import Inference
import ModelGraph
import StructuredPruning
import Testing

@testable import Calibration

@Suite struct CalibratedLayersTests {
  /// Three residual blocks; the outputs hardly feel the second, though its weights are the largest.
  private func blocks() throws -> Model {
    var builder = NetworkBuilder()
    var stream: ByteString = "x"
    for (index, block) in ["a", "b", "c"].enumerated() {
      let name = { (text: String) in ByteString(text + block) }
      builder.constant(name("u"), [12, 12])
      builder.constant(name("v"), [12, 12])
      builder.node("MatMul", [stream, name("u")], name("h"))
      builder.node("Relu", [name("h")], name("r"))
      builder.node("MatMul", [name("r"), name("v")], name("p"))
      builder.node("Add", [stream, name("p")], index == 2 ? "y" : name("s"))
      stream = name("s")
    }
    var model = builder.model()
    for (name, factor) in [("ub", 1000.0), ("vb", 1e-6), ("uc", 0.05)] {
      let tensor = try #require(model.tensorIDs.first { model[$0].name == ByteString(name) })
      let numbers = try model[tensor].doubles().map { $0 * factor }
      model.replaceContents(
        of: tensor, with: MemorySource(NumericArray.packed(numbers, model[tensor].elementType)))
    }
    return model
  }

  @Test("Blocks go that the outputs miss least, one after the other", arguments: 0...4)
  func order(count: Int) throws {
    let dense = try blocks()
    let feed = CalibrationFeed.numbers(200, chunk: 64)
    var pruned = dense
    let report = try pruned.removeLayers(count: count, threads: 1, feed, NaiveRunner())
    #expect(report.blocks.count == 3)
    let removed = report.blocks.indices.filter { report.blocks[$0].isRemoved }
    #expect(removed == [[], [1], [1, 2], [0, 1, 2], [0, 1, 2]][count])
    // By their weights the second would be the last.
    var other = dense
    let byWeights = try other.removeLayers(count: count, threads: 1)
    #expect(byWeights.blocks[1].isRemoved == (count > 2))
    guard count == 1 else { return }
    let change = try OutputChange(dense, feed, NaiveRunner(), sampleCount: 200)
    #expect(try change.error(of: pruned) == report.blocks[1].score)
    #expect(report.blocks[1].score < report.blocks[2].score)
    #expect(report.blocks[2].score < report.blocks[0].score)
  }
}
