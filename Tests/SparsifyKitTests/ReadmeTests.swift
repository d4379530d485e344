import ByteStorage
import ReadmeExample
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A text whose examples are compiled and run here.
struct ExampleText: Sendable, CustomTestStringConvertible {
  /// The text, and the source that has its examples.
  let path: String
  let compiled: String
  /// How many examples it has.
  let count: Int
  /// Runs the examples one after the other.
  let run: @Sendable () throws -> Void
  /// What they write.
  let outputs: [String]

  var testDescription: String { path }

  static let all = [
    ExampleText(
      path: "README.md", compiled: "ReadmeExample.swift", count: 1, run: readmeExample,
      outputs: ["model.spm"]),
    ExampleText(
      path: "Sources/SparsifyKit/SparsifyKit.docc/ConvertingAndPruning.md",
      compiled: "GuideExample.swift", count: 3,
      run: {
        try guideConversion()
        try guidePruning()
        try guideInspection()
      }, outputs: ["back.onnx", "model.spm", "small.spm"]),
  ]
}

// One after the other: examples name files of the working folder.
@Suite("The library's examples", .serialized) struct ReadmeTests {
  @Test("are those that are compiled and run here", arguments: ExampleText.all)
  func snippets(text: ExampleText) throws {
    let examples = try contents(of: text.path).split(separator: "```swift\n").dropFirst()
      .compactMap { $0.split(separator: "```").first }
    #expect(examples.count == text.count)
    let compiled = lines(of: try contents(of: "Tests/ReadmeExample/\(text.compiled)"))
    for example in examples {
      let body = lines(of: example).filter { !$0.hasPrefix("import ") }
      #expect(body.count >= 2)
      #expect(compiled.contains(body), "the example differs from \(body)")
      for line in lines(of: example) where line.hasPrefix("import ") {
        #expect(compiled.contains(line))
      }
    }
  }

  private func lines(of text: some StringProtocol) -> [Substring] {
    text.split(separator: "\n").map { Substring($0).trimmingPrefix { $0 == " " } }
  }

  private func contents(of path: String) throws -> String {
    String(decoding: try OpenFile(path: SharedFiles.project + "/" + path).bytes(), as: UTF8.self)
  }

  @Test("work", arguments: ExampleText.all)
  func run(text: ExampleText) throws {
    let folder = TemporaryFolder()
    folder.write(
      try OpenFile(path: SharedFiles.fixture("models/cnn.onnx")).bytes(), to: "model.onnx")
    try inFolder(folder.path) { try text.run() }
    #expect(folder.names() == (["model.onnx"] + text.outputs).sorted())
  }
}

/// Runs `body` with a folder as the working one; all other tests use absolute paths.
private func inFolder(_ path: String, _ body: () throws -> Void) throws {
  let before = getcwd(nil, 0)
  chdir(path)
  defer {
    if let before { chdir(before) }
    free(before)
  }
  try body()
}
