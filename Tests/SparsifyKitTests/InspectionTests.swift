import ByteStorage
import ModelGraph
import ONNXFormat
import Pruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct InspectionTests {
  static let models = ["cnn.onnx", "cnn_int8_qdq.onnx", "cnn_fp16.onnx", "mlp_if.onnx"]
  private let folder = TemporaryFolder()

  private func report(_ path: String, countsZeros: Bool = true) throws -> ModelReport {
    var inspection = Inspection(path: path)
    inspection.countsZeros = countsZeros
    return try inspection.run()
  }

  @Test("Rows are what a naive reader counts", arguments: models)
  func rows(name: String) throws {
    let path = SharedFiles.fixture("models/\(name)")
    let model = try ONNXModelFormat().read(OpenFile(path: path)).model
    let report = try report(path)
    #expect(report.tensors.count == model.tensors.count)
    for (row, tensor) in zip(report.tensors, model.tensors) {
      let elements = try naiveElements(of: tensor)
      #expect(row.elements == elements.count)
      #expect(row.bytes == tensor.contents.byteCount)
      #expect(row.shape == tensor.shape.dimensions)
      #expect(row.elementType == tensor.elementType.name)
      #expect(row.zeros == elements.filter { isZero($0, tensor.elementType) }.count)
      #expect(row.distinct == Set(elements).count)
      #expect(row.storedBytes == nil && row.encoding == nil)
    }
    #expect(report.nodes == model.graphs.reduce(0) { $0 + $1.nodes.count })
    #expect(try report.fileBytes == OpenFile(path: path).byteCount)
  }

  private func naiveElements(of tensor: Tensor) throws -> [[UInt8]] {
    let width = try #require(tensor.elementType.bitWidth) / 8
    let bytes = try tensor.contents.bytes()
    return stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<$0 + width]) }
  }

  private func isZero(_ element: [UInt8], _ type: ElementType) -> Bool {
    guard let last = element.last, type.isFloat else { return element.allSatisfy { $0 == 0 } }
    return element.dropLast().allSatisfy { $0 == 0 } && last & 0x7F == 0
  }

  @Test("Contents are read only when asked for")
  func uncounted() throws {
    let report = try report(SharedFiles.fixture("models/cnn.onnx"), countsZeros: false)
    #expect(report.tensors.allSatisfy { $0.zeros == nil && $0.distinct == nil })
  }

  @Test("A layer is named after the node that computes with its weight")
  func layers() throws {
    let rows = try report(SharedFiles.fixture("models/cnn.onnx")).tensors
    let hidden = try #require(rows.first { $0.name == "hidden.weight" })
    #expect(hidden.operatorType == "Gemm")
    let quantized = try report(SharedFiles.fixture("models/cnn_int8_qdq.onnx")).tensors
    #expect(quantized.contains { $0.elementType == "int8" && $0.operatorType == "Conv" })
    let constants = try report(SharedFiles.fixture("models/cnn_constants.onnx")).tensors
    #expect(constants.contains { $0.name == "hidden.weight" && $0.operatorType == "Gemm" })
  }

  @Test("In a container the stored bytes come to the chunks' size, and pruning is seen")
  func container() throws {
    let path = folder.file("a.spm")
    var conversion = Conversion(input: SharedFiles.fixture("models/mlp.onnx"), output: path)
    conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.8))]
    _ = try conversion.run()
    let report = try report(path)
    let stored = report.tensors.compactMap(\.storedBytes).reduce(0, +)
    #expect(stored > 0 && stored < report.fileBytes)
    #expect(report.fileBytes - stored < 2000, "the rest is the structure and the index")
    #expect(report.tensors.allSatisfy { ($0.storedBytes == nil) == ($0.encoding == nil) })
    let pruned = report.tensors.filter { $0.elements > 4000 }
    #expect(!pruned.isEmpty)
    for row in pruned { #expect(abs(Double(row.zeros ?? 0) / Double(row.elements) - 0.8) < 0.001) }
    #expect(report.history.map(\.action) == ["prune", "recipe"])
    #expect(report.history[0].zerosAfter > report.history[0].zerosBefore)
  }

  @Test("Every breakdown adds up to the whole", arguments: SizeBreakdown.Key.allCases)
  func breakdown(key: SizeBreakdown.Key) throws {
    let path = folder.file("a.spm")
    _ = try Conversion(
      input: SharedFiles.fixture("models/cnn_int8_qdq.onnx"), output: path
    ).run()
    for model in [SharedFiles.fixture("models/cnn_int8_qdq.onnx"), path] {
      let report = try report(model)
      let breakdown = SizeBreakdown(report, by: key)
      let rows = breakdown.rows
      #expect(rows.reduce(0) { $0 + $1.bytes } == report.tensorBytes)
      #expect(rows.reduce(0) { $0 + $1.elements } == report.elements)
      #expect(rows.reduce(0) { $0 + $1.tensors } == report.tensors.count)
      #expect(abs(rows.reduce(0) { $0 + $1.share } - 1) < 1e-9)
      #expect(rows.map(\.bytes) == rows.map(\.bytes).sorted(by: >))
      #expect(Set(rows.map(\.name)).count == rows.count)
      let zeros = report.tensors.reduce(0) { $0 + ($1.zeros ?? 0) }
      #expect(rows.reduce(0) { $0 + ($1.zeros ?? 0) } == zeros)
    }
  }

  @Test("Zeros of a row are unknown when those of one tensor are")
  func unknownZeros() throws {
    var report = try report(SharedFiles.fixture("models/mlp.onnx"))
    for index in report.tensors.indices { report.tensors[index].layer = "one" }
    #expect(SizeBreakdown(report, by: .layer).rows[0].zeros != nil)
    for index in [0, report.tensors.count - 1] {
      var partly = report
      partly.tensors[index].zeros = nil
      #expect(SizeBreakdown(partly, by: .layer).rows[0].zeros == nil, "tensor \(index)")
    }
  }

  @Test("A missing or foreign file names itself")
  func failures() throws {
    let missing = folder.file("none.onnx")
    #expect(throws: FileError.missing(missing)) { try report(missing) }
    let foreign = folder.write(Array("GGUF and so on".utf8), to: "a.onnx")
    let error = #expect(throws: FileFailure.self) { try report(foreign) }
    #expect(error?.path == foreign)
    #expect(error?.kind == .malformedData)
  }
}
