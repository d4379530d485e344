import ByteStorage
import ModelGraph
import Testing

@testable import ONNXFormat

/// Real models; they are left out where the corpus is not at hand.
@Suite(.enabled(if: Corpus.isAtHand, "no corpus beside the checkout")) struct CorpusTests {
  /// Files that no protobuf library would write: packing them anew gives a regular form.
  private static let oddities = [
    "wire_graph_field_twice", "wire_overlong_varint_dup_scalar", "wire_unknown_field_in_tensor",
    "wire_unknown_group", "wire_unpacked_float_data_and_dims", "gh_issue_24203",
    // Bytes for six-bit elements with bits set above the sixth.
    "dtype_raw_float6e2m3", "dtype_raw_float6e3m2",
  ]

  @Test(arguments: Corpus.models) func unchangedModelComesBackExactly(path: String) throws {
    let reading = try ONNXModelFormat().read(OpenFile(path: path))
    let folder = try #require(path.lastIndex(of: "/").map { path[..<$0] })
    for file in try ONNXModelFormat().document(for: reading.model).files {
      let original = try OpenFile(path: file.path.isEmpty ? path : folder + "/" + file.path.text)
      #expect(try file.restored(from: reading.model) == original.bytes())
    }
  }

  @Test(
    arguments: Corpus.models.filter { path in
      !oddities.contains { path.hasSuffix("/\($0).onnx") }
    })
  func modelPackedAnewHasTheSameBytes(path: String) throws {
    let file = try OpenFile(path: path)
    let files = try ONNXModelFormat().read(file).repackedFiles()
    #expect(try files[0] == file.bytes())
  }

  @Test(arguments: Corpus.models) func packingAnewIsStable(path: String) throws {
    let folder = try TemporaryFolder()
    let reading = try ONNXModelFormat().read(OpenFile(path: path))
    let hasDataFiles = (reading.model.document?.files.count ?? 0) > 1
    guard !hasDataFiles else { return }
    let once = try #require(try reading.repackedFiles().first)
    #expect(try folder.read(once).repackedFiles().first == once)
  }

  @Test(arguments: Corpus.models) func storedDocumentIsReadWithoutItsContents(path: String) throws {
    let model = try ONNXModelFormat().read(OpenFile(path: path)).model
    let document = try #require(model.document)
    let again = try ONNXModelFormat().read(document) { id in
      // The places of sparse tensors are checked, and so read.
      model[id].elementType == .int64 ? model[id].contents : Unreadable(model[id].contents)
    }
    #expect(again.model.tensors.map(\.name) == model.tensors.map(\.name))
    #expect(again.model.graphs.map(\.nodes.count) == model.graphs.map(\.nodes.count))
  }

  @Test(arguments: Corpus.invalid) func invalidFileIsRefused(path: String) throws {
    let error = #expect(throws: (any Error).self) {
      _ = try ONNXModelFormat().read(OpenFile(path: path))
    }
    let diagnosis = try #require(error as? any DiagnosticError)
    #expect([.malformedData, .missingInput].contains(diagnosis.kind))
  }
}

/// Contents that must not be read.
private struct Unreadable: ByteSource {
  let byteCount: Int

  init(_ source: any ByteSource) {
    byteCount = source.byteCount
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    throw FileError.changed("contents that are not needed")
  }
}
