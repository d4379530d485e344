import ByteStorage
import ModelGraph
import Testing

@testable import ONNXFormat

@Suite struct CorpusTests {
  @Test(arguments: Corpus.models) func unchangedModelComesBackExactly(path: String) throws {
    let file = try OpenFile(path: path)
    let reading = try ONNXFormat().read(file)
    let template = try #require(reading.model.document?.files.first)
    let sink = MemorySink()
    try template.restore(from: reading.model, to: sink)
    #expect(try sink.contents == file.bytes())
  }

  @Test(arguments: Corpus.models) func modelPackedAnewHasTheSameBytes(path: String) throws {
    let file = try OpenFile(path: path)
    var model = try ONNXFormat().read(file).model
    model.dropDocument()
    let document = try ONNXFormat().document(for: model)
    let sink = MemorySink()
    try document.files[0].restore(from: model, to: sink)
    #expect(try sink.contents == file.bytes())
  }

  @Test(arguments: Corpus.invalid) func invalidModelIsRefused(path: String) throws {
    let file = try OpenFile(path: path)
    do {
      _ = try ONNXFormat().read(file)
      Issue.record("accepted")
    } catch let error as any DiagnosticError {
      print(path.split(separator: "/").last ?? "", error.code, error)
    }
  }
}
