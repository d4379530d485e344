import ByteStorage
import Pruning
import SparseCoding
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct ConversionTests {
  private let folder = TemporaryFolder()
  private let cnn = SharedFiles.fixture("models/cnn.onnx")

  private func bytes(_ path: String) throws -> [UInt8] { try OpenFile(path: path).bytes() }

  /// Converts without pruning.
  @discardableResult
  private func convert(_ input: String, _ output: String) throws -> ConversionReport {
    try Conversion(input: input, output: output).run()
  }

  @Test(
    "ONNX to the container, to a container again, to ONNX and to ONNX: the same bytes",
    arguments: [
      "cnn.onnx", "cnn_fp16.onnx", "cnn_int8_qdq.onnx", "mlp_if.onnx", "mlp_tied.onnx",
      "mlp_typed_fields.onnx", "mlp_sparse_initializer.onnx", "cnn_constants.onnx",
    ])
  func allDirections(name: String) throws {
    let original = SharedFiles.fixture("models/\(name)")
    try convert(original, folder.file("a.spm"))
    try convert(folder.file("a.spm"), folder.file("b.spm"))
    try convert(folder.file("b.spm"), folder.file("c.onnx"))
    try convert(folder.file("c.onnx"), folder.file("d.onnx"))
    #expect(try bytes(folder.file("a.spm")) == bytes(folder.file("b.spm")))
    for copy in ["c.onnx", "d.onnx"] {
      #expect(try bytes(folder.file(copy)) == bytes(original))
    }
    #expect(folder.names() == ["a.spm", "b.spm", "c.onnx", "d.onnx"])
  }

  @Test("External data come back beside the model")
  func externalData() throws {
    let names = ["conv1.weight", "conv2.weight", "hidden.bias", "hidden.weight", "output.weight"]
    let original = SharedFiles.fixture("models/cnn_external_each")
    let report = try convert(original + "/model.onnx", folder.file("a.spm"))
    try convert(folder.file("a.spm"), folder.file("model.onnx"))
    var total = 0
    for name in names + ["model.onnx"] {
      #expect(try bytes(folder.file(name)) == bytes(original + "/" + name))
      total += try bytes(original + "/" + name).count
    }
    #expect(report.inputBytes == total)
    #expect(folder.names() == (names + ["a.spm", "model.onnx"]).sorted())
  }

  @Test("The same options give the same bytes with any number of threads")
  func threads() throws {
    for threads in [1, 2, 5] {
      var conversion = Conversion(input: cnn, output: folder.file("\(threads).spm"))
      conversion.threads = threads
      conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.5, scope: .global))]
      _ = try conversion.run()
    }
    #expect(try bytes(folder.file("2.spm")) == bytes(folder.file("1.spm")))
    #expect(try bytes(folder.file("5.spm")) == bytes(folder.file("1.spm")))
  }

  @Test("A dry run writes nothing and reports what a real one does")
  func dryRun() throws {
    var conversion = Conversion(input: cnn, output: folder.file("a.spm"))
    conversion.isDryRun = true
    let planned = try conversion.run()
    #expect(folder.names() == [])
    conversion.isDryRun = false
    let done = try conversion.run()
    #expect(planned.isDryRun && !done.isDryRun)
    #expect(planned.outputBytes == done.outputBytes)
    #expect(try done.outputBytes == bytes(folder.file("a.spm")).count)
  }

  @Test("An existing output stays unless it may be replaced")
  func existingOutput() throws {
    let path = folder.write([1, 2, 3], to: "a.spm")
    var conversion = Conversion(input: cnn, output: path)
    #expect(throws: FileError.exists(path)) { try conversion.run() }
    #expect(try bytes(path) == [1, 2, 3])
    conversion.replaces = true
    let report = try conversion.run()
    #expect(try bytes(path).count == report.outputBytes)
    #expect(folder.names() == ["a.spm"])
  }

  @Test("An existing data file stays, and with it the model file away")
  func existingDataFile() throws {
    let container = folder.file("a.spm")
    try convert(SharedFiles.fixture("models/cnn_external.onnx"), container)
    let data = folder.write([7], to: "cnn_external.onnx.data")
    #expect(throws: FileError.exists(data)) {
      try convert(container, folder.file("back.onnx"))
    }
    #expect(try bytes(data) == [7])
    #expect(folder.names() == ["a.spm", "cnn_external.onnx.data"])
  }

  @Test("The output is never one of the inputs")
  func outputIsInput() throws {
    let model = folder.write(try bytes(cnn), to: "a.onnx")
    for output in [model, folder.path + "/./a.onnx"] {
      var conversion = Conversion(input: model, output: output)
      conversion.replaces = true
      #expect(throws: FileError.sameFile(output)) { try conversion.run() }
    }
    #expect(try bytes(model) == bytes(cnn))
    #expect(folder.names() == ["a.onnx"])
  }

  @Test("A failure leaves nothing and an older output as it was")
  func failure() throws {
    let good = folder.file("good.spm")
    try convert(cnn, good)
    var damaged = try bytes(good)
    damaged[damaged.count / 2] ^= 1
    let bad = folder.write(damaged, to: "bad.spm")
    let output = folder.write([1], to: "out.onnx")
    var conversion = Conversion(input: bad, output: output)
    conversion.replaces = true
    let error = #expect(throws: FileFailure.self) { try conversion.run() }
    #expect(error?.code == "E-SPM-007")
    #expect(error?.description.hasPrefix(ByteString(bad).escaped + ": tensor ") == true)
    #expect(try bytes(output) == [1])
    #expect(folder.names() == ["bad.spm", "good.spm", "out.onnx"])
  }

  @Test("An output without a known extension is refused before anything is read")
  func unknownExtension() {
    for output in ["a.txt", "a", "", "onnx", "spm/a"] {
      let conversion = Conversion(input: "/does/not/exist", output: output)
      #expect(throws: ConversionError.unknownFormat(path: output, known: [".spm", ".onnx"])) {
        try conversion.run()
      }
    }
  }

  @Test("Extensions are known in any case")
  func upperCase() throws {
    try convert(cnn, folder.file("A.SPM"))
    try convert(folder.file("A.SPM"), folder.file("A.Onnx"))
    #expect(try bytes(folder.file("A.Onnx")) == bytes(cnn))
  }

  @Test("The format that is read is told by the content, not by the name")
  func formatByContent() throws {
    let misnamed = folder.write(try bytes(cnn), to: "model.spm")
    #expect(try convert(misnamed, folder.file("a.spm")).inputFormat == "onnx")
  }

  @Test("A memory limit takes threads away, and refuses when none is left")
  func memoryLimit() throws {
    var conversion = Conversion(input: cnn, output: folder.file("a.spm"))
    conversion.threads = 8
    conversion.memoryLimit = 1 << 20
    let error = #expect(throws: ConversionError.self) { try conversion.run() }
    guard case .overBudget(let needed, let allowed) = error else {
      Issue.record("not over budget: \(String(describing: error))")
      return
    }
    #expect(error?.kind == .overBudget)
    #expect(allowed == 1 << 20)
    #expect(folder.names() == [])
    conversion.memoryLimit = needed - 1
    #expect(throws: ConversionError.self) { try conversion.run() }
    conversion.memoryLimit = needed
    #expect(throws: Never.self) { try conversion.run() }
    conversion.replaces = true
    for limit in [Int.min, -1, 0] {
      conversion.memoryLimit = limit
      #expect(throws: ConversionError.self) { try conversion.run() }
    }
  }

  @Test("Only files that were not changed since come back without a look at the model")
  func restoration() throws {
    try convert(cnn, folder.file("a.spm"))
    var pruning = Conversion(input: cnn, output: folder.file("pruned.spm"))
    pruning.recipe.steps = [.prune(PruneStep(sparsity: 0.5))]
    try pruning.run()
    func restores(_ name: String, as format: String) throws -> Bool {
      try ContainerFiles().restoration(of: OpenFile(path: folder.file(name)), as: format) != nil
    }
    #expect(try restores("a.spm", as: "onnx"))
    #expect(try !restores("a.spm", as: "spm"))
    #expect(try !restores("pruned.spm", as: "onnx"))
    #expect(try ONNXFiles().restoration(of: OpenFile(path: cnn), as: "onnx") == nil)
  }

  @Test("A tensor exchanged together with all checksums shows in the digest")
  func wrongDigest() throws {
    let original = folder.file("a.spm")
    try convert(SharedFiles.fixture("models/mlp.onnx"), original)
    var conversion = Conversion(input: original, output: folder.file("changed.onnx"))
    conversion.recipe.steps = [.prune(PruneStep(sparsity: 0.5))]
    _ = try conversion.run()
    try convert(folder.file("changed.onnx"), folder.file("b.spm"))
    // The digest of the file that was read stands in the index, whole and without the model's.
    let digest = try SHA256.digest(of: OpenFile(path: folder.file("changed.onnx")))
    let forged = try forge(folder.file("b.spm"), digest: digest)
    let path = folder.write(forged, to: "forged.spm")
    let error = #expect(throws: FileFailure.self) { try convert(path, folder.file("c.onnx")) }
    #expect(error?.cause as? ConversionError == .digestDiffers(""))
    #expect(!folder.names().contains("c.onnx"))
  }

  @Test("The report says what was pruned and what was left")
  func report() throws {
    var conversion = Conversion(input: cnn, output: folder.file("a.spm"))
    var step = PruneStep(sparsity: 0.75)
    step.only = [try Selector("hidden.weight")]
    conversion.recipe.steps = [.prune(step)]
    let report = try conversion.run()
    #expect(report.schema == "sparsify/convert/1")
    #expect((report.inputFormat, report.outputFormat) == ("onnx", "spm"))
    #expect(try report.inputBytes == bytes(cnn).count)
    let pruning = try #require(report.pruning)
    #expect(pruning.tensors.map(\.name) == ["hidden.weight"])
    let row = try #require(pruning.tensors.first)
    #expect(row.elements == 32768)
    #expect(row.pruned == 24576)
    #expect(row.zerosAfter == 24576)
    #expect(row.operatorTypes == ["Gemm"])
    #expect(row.shape.reduce(1, *) == row.elements)
    #expect((pruning.weights, pruning.zerosAfter) == (32768, 24576))
    #expect(pruning.skipped.contains { $0.name == "conv1.weight" })
    let text = try JSONText.encode(report)
    #expect(text.contains("\"zerosAfter\" : 24576"))
  }
}
