import ByteStorage
import Calibration
import ModelGraph
import Pruning
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct LayerVariantTests {
  private let cnn = SharedFiles.fixture("models/cnn.onnx")

  private func model() throws -> Model {
    try ONNXFiles().read(try OpenFile(path: cnn), isVerifying: false).model
  }

  /// The tensors that differ in bytes.
  private func changed(_ first: Model, _ second: Model) throws -> [String] {
    try zip(first.tensors, second.tensors).filter { left, right in
      try left.contents.bytes() != right.contents.bytes()
    }
    .map { left, _ in left.name.text }
  }

  @Test("One layer alone changes, to what pruning all layers makes of it")
  func oneLayer() throws {
    let dense = try model()
    var scan = SensitivityScan(path: cnn, data: [])
    scan.levels = [0.25, 0.75]
    let variants = try LayerVariants(of: dense, scan)
    let names = variants.summary.tensors.map(\.name)
    #expect(names == ["conv2.weight", "hidden.weight", "output.weight"])
    #expect(variants.layerCount == names.count)
    let none = CalibrationFeed(sampleCount: 0, chunkCount: 0) { _ in [:] }
    for (level, share) in scan.levels.enumerated() {
      var whole = dense
      let report = try whole.prune(PruningRequest(goal: .sparsity(share, .layer)))
      for (layer, entry) in report.entries.enumerated() {
        let variant = try #require(
          try variants.model(
            layer: layer, level: level, none, RuntimePartRunner(options: scan.inference)))
        #expect(try changed(dense, variant) == [names[layer]])
        #expect(
          try variant[entry.tensor].contents.bytes() == whole[entry.tensor].contents.bytes())
      }
    }
  }

  @Test("A scan of no sparsities is wrong use")
  func noLevels() throws {
    var scan = SensitivityScan(path: cnn, data: [])
    scan.levels = []
    let dense = try model()
    #expect(throws: ConversionError.self) { try LayerVariants(of: dense, scan) }
  }

  @Test("Errors stand beside their layers, level by level")
  func report() throws {
    let dense = try model()
    var copy = dense
    let summary = PruningSummary(
      try copy.prune(PruningRequest(goal: .sparsity(0.5, .layer))), of: dense)
    let report = SensitivityReport(
      runtime: "1", samples: 2, outputs: ["y"], method: "magnitude", levels: [0.5, 0.9],
      pruning: summary,
      operations: Dictionary(
        uniqueKeysWithValues: summary.tensors.dropLast().flatMap(\.layers).map { ($0, 7) }),
      sizes: [9, 8, 7].map { .init(dense: $0, pruned: [$0 - 1, $0 - 2]) },
      errors: [1, 2, 3, nil, 5, 6])
    #expect(report.rows.map(\.errors) == [[1, 2], [3, nil], [5, 6]])
    #expect(report.rows.map(\.operations) == [7, 7, nil])
    #expect(report.rows.map(\.sizes?.pruned) == [[8, 7], [7, 6], [6, 5]])
    #expect(report.rows.map(\.name) == summary.tensors.map(\.name))
    #expect(report.skipped.map(\.name) == ["conv1.weight"])
  }
}

@Suite struct HeatMapTests {
  @Test("Names are escaped, long ones shortened but told whole, and missing numbers are told")
  func text() {
    let name = "<a&b>" + String(repeating: "y", count: 50) + "end"
    let map = HeatMap(
      title: "t\"1\"", subtitle: "s", columns: ["50 %"],
      rows: [
        HeatMap.Row(name: name, detail: "Conv", values: [nil]),
        HeatMap.Row(name: "short", detail: "Gemm", values: [0.5]),
      ])
    let source = map.html.source
    #expect(source.contains("<title>&lt;a&amp;b&gt;" + String(repeating: "y", count: 50) + "end\n"))
    #expect(source.contains(">…" + String(repeating: "y", count: 40) + "end<"))
    #expect(source.contains(">?</text>") && source.contains(">0.5000</text>"))
    #expect(source.contains("aria-label=\"t&quot;1&quot;: s\""))
  }

  @Test("A larger number is never lighter, and those that are dark have light figures")
  func colours() throws {
    let values = (0...40).map { Double($0) / 40 } + [2, .infinity]
    let source = HeatMap(
      title: "", subtitle: "", columns: [],
      rows: values.map { HeatMap.Row(name: "", detail: "", values: [$0]) }
    )
    .html.source
    let cells = source.matches(of: /fill="rgb\((\d+),\d+,\d+\)"\/><text class="cell( on-dark)?"/)
    let reds = try cells.prefix(values.count).map { try #require(Int($0.1)) }
    #expect(reds == reds.sorted(by: >) && reds.first == 238 && reds.last == 24)
    for (red, cell) in zip(reds, cells) { #expect((cell.2 != nil) == (red < 120)) }
  }
}
