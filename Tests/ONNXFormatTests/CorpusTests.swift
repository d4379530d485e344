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
}
