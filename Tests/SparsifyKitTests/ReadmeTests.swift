import ByteStorage
import ReadmeExample
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct ReadmeTests {
  @Test("The README's library example is the one that is compiled and run here")
  func snippet() throws {
    let readme = try text("README.md")
    let test = try text("Tests/ReadmeExample/ReadmeExample.swift")
    let example = try #require(
      readme.split(separator: "```swift\n").dropFirst().first?.split(separator: "```").first)
    let lines = example.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    let compiled = test.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    let imports = lines.filter { $0.hasPrefix("import ") }
    #expect(!imports.isEmpty && imports.allSatisfy { compiled.contains($0) })
    let body = lines.filter { !$0.hasPrefix("import ") }
    #expect(body.count >= 4)
    #expect(compiled.contains(body), "the example differs from \(body)")
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try OpenFile(path: SharedFiles.project + "/" + path).bytes(), as: UTF8.self)
  }

  @Test("The README's library example works")
  func example() throws {
    let folder = TemporaryFolder()
    folder.write(
      try OpenFile(path: SharedFiles.fixture("models/cnn.onnx")).bytes(), to: "model.onnx")
    try inFolder(folder.path) { try readmeExample() }
    #expect(folder.names() == ["model.onnx", "model.spm"])
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
