import ByteStorage
import ModelGraph
import Pruning
import StructuredPruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct ModelComparisonTests {
  private let folder = TemporaryFolder()
  private let cnn = SharedFiles.fixture("models/cnn.onnx")

  private func compare(_ first: String, _ second: String) throws -> ComparisonReport {
    try ModelComparison(first: first, second: second).run()
  }

  /// A model of one node with weights of one float each.
  private func model(
    _ file: String, names: [String] = ["w"], values: [UInt8] = [1], opset: Int64 = 17,
    attributes: [(String, Int64)] = [], output: String = "y", producer: String = "p",
    node: String = "n"
  ) -> String {
    let bytes = WireBytes { model in
      model.int(1, 8)
      model.text(2, producer)
      model.message(8) { $0.int(2, opset) }
      model.message(7) { graph in
        graph.message(1) { message in
          message.text(1, "x")
          for name in names { message.text(1, name) }
          message.text(2, output)
          message.text(3, node)
          message.text(4, "Sum")
          for (name, value) in attributes {
            message.message(5) { attribute in
              attribute.text(1, name)
              attribute.int(3, value)
              attribute.int(20, 2)
            }
          }
        }
        graph.text(2, "g")
        for (name, value) in zip(names, values) {
          graph.data(5, ONNXBytes.tensor(name, dims: [1], raw: [0, 0, value, 64]))
        }
        graph.message(11) { $0.text(1, "x") }
        graph.message(12) { $0.text(1, output) }
      }
    }.bytes
    return folder.write(bytes, to: file)
  }

  @Test(
    "A model equals itself and its container",
    arguments: [
      "cnn.onnx", "cnn_int8_qdq.onnx", "mlp_if.onnx", "mlp_function.onnx", "cnn_constants.onnx",
      "mlp_sparse_initializer.onnx", "lstm.onnx", "mlp_bf16.onnx", "mlp_typed_fields.onnx",
    ])
  func equal(name: String) throws {
    let path = SharedFiles.fixture("models/\(name)")
    _ = try Conversion(input: path, output: folder.file("a.spm")).run()
    for other in [path, folder.file("a.spm")] {
      let report = try compare(path, other)
      #expect(report.isEqual && report.structure.isEqual && report.tensors.isEmpty)
      #expect(report.equalTensors == report.first.tensors)
    }
  }

  @Test("Pruned weights are counted exactly, and nothing else differs")
  func pruned() throws {
    var conversion = Conversion(input: cnn, output: folder.file("a.spm"))
    conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.5))]
    let pruning = try #require(try conversion.run().pruning)
    let report = try compare(cnn, folder.file("a.spm"))
    #expect(!report.isEqual && report.structure.isEqual)
    #expect(report.tensors.map(\.name) == pruning.tensors.map(\.name))
    for (row, expected) in zip(report.tensors, pruning.tensors) {
      let contents = try #require(row.contents)
      #expect(contents.zeroed == expected.zerosAfter - expected.zerosBefore)
      #expect(contents.changed == contents.zeroed && contents.unzeroed == 0)
    }
    let back = try compare(folder.file("a.spm"), cnn)
    #expect(back.tensors.map(\.contents?.unzeroed) == report.tensors.map(\.contents?.zeroed))
  }

  @Test("Removed channels are changed shapes")
  func channels() throws {
    var conversion = Conversion(input: cnn, output: folder.file("a.onnx"))
    conversion.recipe.steps = [.channels(ChannelStep(share: 0.5))]
    _ = try conversion.run()
    let report = try compare(cnn, folder.file("a.onnx"))
    let row = try #require(report.tensors.first { $0.name == "conv1.weight" })
    #expect(row.kind == .changed && row.contents == nil)
    #expect(row.before?.shape != row.after?.shape)
    #expect(report.second.tensorBytes < report.first.tensorBytes)
  }

  @Test("Operator sets, metadata, attributes and names show as what they are")
  func structure() throws {
    let first = model("a.onnx", attributes: [("axis", 1), ("old", 2)])
    let second = model(
      "b.onnx", opset: 18, attributes: [("axis", 3), ("new", 2)], producer: "q", node: "m")
    let structure = try compare(first, second).structure
    #expect(structure.operatorSets == [NamedChange(name: "ai.onnx", before: "17", after: "18")])
    #expect(structure.metadata == [NamedChange(name: "producer_name", before: "p", after: "q")])
    #expect(structure.nodes.count == 1)
    #expect(
      structure.nodes[0].changes == [
        NamedChange(name: "name", before: "n", after: "m"),
        NamedChange(name: "attribute axis", before: "1", after: "3"),
        NamedChange(name: "attribute old", before: "2"),
        NamedChange(name: "attribute new", after: "2"),
      ])
    #expect(structure.inputs.isEmpty && structure.outputs.isEmpty)
  }

  @Test("A renamed output is matched by the node's name, a renamed tensor by its use")
  func renamed() throws {
    let report = try compare(
      model("a.onnx", names: ["v", "w"], values: [1, 2]),
      model("b.onnx", names: ["v", "weight"], values: [1, 3], output: "z"))
    #expect(
      report.structure.nodes.map(\.changes) == [
        [NamedChange(name: "outputs", before: "y", after: "z")]
      ])
    #expect(report.structure.outputs.count == 2)
    #expect(report.tensors.map(\.kind) == [.changed])
    #expect(report.tensors[0].newName == "weight")
    #expect(report.tensors[0].contents?.changed == 1)
    let same = try compare(
      model("c.onnx", names: ["w"]), model("d.onnx", names: ["weight"]))
    #expect(same.tensors.map(\.kind) == [.renamed])
    #expect(same.structure.nodes.isEmpty)
  }

  @Test("What stands in one model only is added or removed")
  func oneSided() throws {
    let (small, large) = (model("a.onnx"), model("b.onnx", names: ["w", "v"], values: [1, 2]))
    let grown = try compare(small, large)
    #expect(grown.tensors.map(\.kind) == [.added] && grown.tensors[0].name == "v")
    let shrunk = try compare(large, small)
    #expect(shrunk.tensors.map(\.kind) == [.removed] && shrunk.tensors[0].after == nil)
    let unlike = try compare(cnn, SharedFiles.fixture("models/lstm.onnx"))
    #expect(unlike.structure.nodes.contains { $0.kind == .removed })
    #expect(unlike.structure.nodes.contains { $0.kind == .added })
  }

  @Test("A damaged file is named by its path, whichever of the two it is")
  func damaged() throws {
    let good = folder.file("good.spm")
    _ = try Conversion(input: cnn, output: good).run()
    var bytes = try OpenFile(path: good).bytes()
    bytes[bytes.count / 2] ^= 1
    let bad = folder.write(bytes, to: "bad.spm")
    for pair in [(cnn, bad), (bad, cnn)] {
      let error = #expect(throws: FileFailure.self) { try compare(pair.0, pair.1) }
      #expect(error?.path == bad && error?.code == "E-SPM-007")
    }
  }

  @Test("Nodes in another order are told")
  func reordered() {
    let nodes = ["a", "b"].map {
      Node(operatorType: "Relu", inputs: ["x"], outputs: [ByteString($0)])
    }
    #expect(NodeMatching(nodes, nodes.reversed()).pairs.map(\.second) == [1, 0])
    let unnamed = [Node(operatorType: "Relu")]
    #expect(NodeMatching(unnamed, unnamed).pairs.isEmpty, "nothing tells what they are")
    let twice = [nodes[0], nodes[0]]
    #expect(NodeMatching(twice, nodes).pairs.isEmpty, "neither is the one")
  }
}
