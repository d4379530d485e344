import ByteStorage
import ModelGraph
import Pruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct ReportTests {
  private static let hostile = "</script><img src=x onerror=alert(1)>"
  private let folder = TemporaryFolder()

  private func model(_ tensors: [(name: String, raw: [UInt8])]) -> String {
    let bytes = tensors.map { ONNXBytes.tensor($0.name, dims: [$0.raw.count / 4], raw: $0.raw) }
    return folder.write(ONNXBytes.model(bytes, names: tensors.map(\.name)), to: "model.onnx")
  }

  private func report(_ path: String, countsZeros: Bool = true) throws -> ModelReport {
    var inspection = Inspection(path: path)
    inspection.countsZeros = countsZeros
    return try inspection.run()
  }

  @Test("A hostile name is text everywhere on the page")
  func hostileNames() throws {
    var report = try report(model([(Self.hostile, Array(repeating: 1, count: 4000))]))
    report.file = Self.hostile
    report.warnings = [Self.hostile]
    report.unusedTensors = [Self.hostile]
    report.operatorSets = [Self.hostile]
    report.missingFiles = [.init(file: Self.hostile, tensors: 1, bytes: 4)]
    report.duplicates = [.init(tensors: [Self.hostile, Self.hostile], bytes: 4)]
    report.history = [
      .init(
        action: Self.hostile, settings: [Self.hostile: Self.hostile], weights: 1, zerosBefore: 0,
        zerosAfter: 0)
    ]
    for index in report.tensors.indices { report.tensors[index].layer = Self.hostile }
    let page = report.html()
    #expect(!page.contains("<img"))
    #expect(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"))
    #expect(page.components(between: "<script>", and: "</script>").count == 1)
    #expect(report.markdown().contains("\\<img"))
    #expect(!report.markdown().replacing("\\<", with: "").contains("<"))
  }

  @Test("A page names its own style and script, and allows nothing else")
  func policy() throws {
    let page = try report(SharedFiles.fixture("models/cnn.onnx")).html()
    let style = try #require(page.components(between: "<style>", and: "</style>").first)
    let script = try #require(page.components(between: "<script>", and: "</script>").first)
    for (kind, text) in [("style-src", style), ("script-src", script)] {
      let hash = SHA256()
      Array(text.utf8).withUnsafeBytes { hash.update($0) }
      let digest = ContentPolicy.base64(hash.finalize())
      #expect(page.contains("\(kind) 'sha256-\(digest)'"))
    }
    #expect(page.contains("content=\"default-src 'none'; "))
    for word in ["http:", "https:", "url(", "@import", " style=", " src=", " onclick", "<link"] {
      #expect(!page.contains(word), "\(word) has no place on the page")
    }
  }

  @Test("The same model gives the same page, whatever the threads")
  func determinism() throws {
    var inspection = Inspection(path: SharedFiles.fixture("models/cnn_int8_qdq.onnx"))
    inspection.page = folder.file("a.html")
    let one = try inspection.run()
    inspection.threads = 4
    inspection.page = folder.file("b.html")
    _ = try inspection.run()
    #expect(
      try OpenFile(path: folder.file("a.html")).bytes()
        == OpenFile(path: folder.file("b.html")).bytes())
    #expect(try OpenFile(path: folder.file("a.html")).bytes() == Array(one.html().utf8))
  }

  @Test("The page never replaces the model, and another file only when told to")
  func overwriting() throws {
    let path = model([("a", [0, 0, 0, 0])])
    var inspection = Inspection(path: path)
    inspection.page = path
    inspection.replaces = true
    #expect(throws: FileError.sameFile(path)) { try inspection.run() }
    let other = folder.write([1], to: "other.html")
    inspection.page = other
    inspection.replaces = false
    #expect(throws: FileError.exists(other)) { try inspection.run() }
    #expect(try OpenFile(path: other).bytes() == [1])
    inspection.replaces = true
    _ = try inspection.run()
    #expect(try OpenFile(path: other).byteCount > 1000)
    #expect(folder.names() == ["model.onnx", "other.html"])
  }

  @Test("A data file of the model is no place for a page, either")
  func overwritingData() throws {
    for name in ["cnn_external.onnx", "cnn_external.onnx.data"] {
      let source = try OpenFile(path: SharedFiles.fixture("models/\(name)")).bytes()
      folder.write(source, to: name)
    }
    var inspection = Inspection(path: folder.file("cnn_external.onnx"))
    inspection.page = folder.file("cnn_external.onnx.data")
    inspection.replaces = true
    #expect(throws: FileError.sameFile(folder.file("cnn_external.onnx.data"))) {
      try inspection.run()
    }
  }

  @Test("Thousands of tiny tensors are folded, and no byte is lost")
  func folding() throws {
    var report = try report(model([("a", Array(repeating: 1, count: 64))]))
    let sample = report.tensors[0]
    report.tensors = (0..<20_000).map { number in
      var row = sample
      row.name = "tensor \(number)"
      row.layer = number < 900 ? "layer \(number % 300)" : "tiny \(number)"
      row.bytes = number < 900 ? 1000 + number : 1 + number % 7
      return row
    }
    let chart = TreemapChart(report)
    #expect(chart.blocks.reduce(0) { $0 + $1.bytes } == report.tensorBytes)
    #expect(chart.blocks.count <= TreemapChart.mostTensors + 1)
    #expect(chart.blocks.last?.layer == "others")
    #expect(chart.blocks.flatMap(\.tiles).filter(\.isRest).count > 1)
    #expect(report.html().utf8.count < 1_000_000)
  }

  @Test("Without contents a page has no sparsity and no histograms, and says so in grey")
  func uncounted() throws {
    let page = try report(SharedFiles.fixture("models/cnn.onnx"), countsZeros: false).html()
    #expect(page.contains("class=\"tensor unknown\""))
    #expect(!page.contains("class=\"spark\""))
    #expect(!page.contains(">Sparsity<"))
  }
}

extension String {
  /// The texts that stand between two others.
  func components(between start: String, and end: String) -> [Substring] {
    split(separator: start).dropFirst().compactMap { $0.split(separator: end).first }
  }
}
