import ByteStorage
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct VerificationPageTests {
  private static let hostile = "</script><img src=x onerror=alert(1)>"
  private let folder = TemporaryFolder()

  /// Two models of one tensor each.
  private func verification(
    _ names: (String, String) = ("w", "w"), _ values: ([UInt8], [UInt8]) = ([1, 0], [1, 0])
  ) -> Verification {
    func write(_ name: String, _ values: [UInt8], to file: String) -> String {
      let raw = values.flatMap { value -> [UInt8] in [value, 0, 0, 0] }
      let tensor = ONNXBytes.tensor(name, dims: [values.count], raw: raw)
      return folder.write(ONNXBytes.model([tensor], names: [name]), to: file)
    }
    var verification = Verification(
      original: write(names.0, values.0, to: "a.onnx"),
      result: write(names.1, values.1, to: "b.onnx"))
    verification.isRun = false
    return verification
  }

  private func accuracy(classes: Int) -> AccuracyComparison {
    let labels = (0..<classes).flatMap { [$0, $0] }
    // The first class loses everything, the second gains half.
    let original = labels.enumerated().map { $0 == 3 ? -1 : $1 }
    let result = labels.map { $0 == 0 ? -1 : $0 }
    return AccuracyComparison(
      output: Self.hostile, labels: labels, original: original, result: result)
  }

  @Test("A hostile name is text everywhere on the page")
  func hostileNames() throws {
    var report = try verification((Self.hostile, Self.hostile + "2")).run()
    report.warnings = [Self.hostile]
    report.accuracy = accuracy(classes: 3)
    report.metric = .init(original: 1, result: 0.5)
    let outputs = [nil, Self.hostile].map { shapes in
      OutputComparison(
        name: Self.hostile, elements: 2, maxError: 1, relativeError: 0.5, cosine: 0.5,
        top1Agreement: 1, notFinite: 1, unequalShapes: shapes)
    }
    report.runs = .init(runtime: Self.hostile, samples: 1, seed: 1, outputs: outputs)
    report.demands = VerificationDemands().outcomes(for: report)
    let page = report.html()
    #expect(!page.contains("<img"))
    #expect(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"))
    #expect(page.components(between: "<script>", and: "</script>").count == 1)
    for word in ["http:", "https:", "url(", "@import", " style=", " src=x\"", "<link"] {
      #expect(!page.contains(word), "\(word) has no place on the page")
    }
  }

  @Test("A tensor's bar has the shares of what is zero now and of what changed otherwise")
  func shares() throws {
    let page = try verification(("w", "w"), ([1, 2, 3, 4], [1, 0, 0, 5])).run().html()
    #expect(page.contains("<rect class=\"zeroed\" width=\"50.000%\""))
    #expect(page.contains("<rect class=\"changed\" x=\"50.000%\" width=\"25.000%\""))
    #expect(page.contains("50.0\u{A0}% now zero, 25.0\u{A0}% changed otherwise"))
  }

  @Test("Losses go to the left of the line, gains to the right, all to one scale")
  func changeBars() {
    let rows = [-0.3, 0.1, 0].map { ChangeBars.Row(name: "c", change: $0) }
    let html = ChangeBars(rows: rows).html.source
    #expect(html.contains("class=\"lost\" x=\"1.000%\" width=\"73.500%\""))
    #expect(html.contains("class=\"gained\" x=\"74.500%\" width=\"24.500%\""))
    #expect(html.contains("class=\"gained\" x=\"74.500%\" width=\"0.000%\""))
    #expect(html.contains("−30.0\u{A0}points") && html.contains("+10.0\u{A0}points"))
    let same = ChangeBars(rows: [.init(name: "c", change: 0)]).html.source
    #expect(same.contains("width=\"0.000%\"") && !same.contains("nan"))
  }

  @Test("Of a thousand classes those that change most have bars, the worst one is named")
  func manyClasses() throws {
    var report = try verification().run()
    report.accuracy = accuracy(classes: 1000)
    let page = report.html()
    #expect(page.contains("Class 0 suffers most: −100.0\u{A0}points"))
    #expect(page.components(between: "<line class=\"zero\"", and: ">").count == 40)
    #expect(
      page.components(between: "<tr><th class=\"name\" scope=\"row\">", and: "</tr>").count > 400)
    #expect(page.contains("and 600 that lose less"))
  }

  @Test("A page is written whatever the answer is, and replaces neither model")
  func writing() throws {
    var verification = verification(("w", "w"), ([1, 2], [1, 0]))
    verification.demands.isExact = true
    verification.page = folder.file("page.html")
    let report = try verification.run()
    #expect(!report.isAccepted)
    #expect(try OpenFile(path: folder.file("page.html")).bytes() == Array(report.html().utf8))
    #expect(throws: FileError.exists(folder.file("page.html"))) { try verification.run() }
    verification.replaces = true
    _ = try verification.run()
    for name in ["a.onnx", "b.onnx"] {
      verification.page = folder.file(name)
      #expect(throws: FileError.sameFile(folder.file(name))) { try verification.run() }
    }
    verification.labels = folder.write([1], to: "labels.npy")
    verification.page = verification.labels
    #expect(throws: FileError.sameFile(folder.file("labels.npy"))) { try verification.run() }
    #expect(folder.names() == ["a.onnx", "b.onnx", "labels.npy", "page.html"])
  }
}
