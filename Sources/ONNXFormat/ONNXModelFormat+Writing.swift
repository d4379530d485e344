public import ByteStorage
internal import CSchemas
public import ModelGraph

extension ONNXModelFormat {
  /// The most bytes of a model file: other readers stop there.
  public static let largestFile = Int(Int32.max)

  /// The files of a model, with holes where its tensors go.
  ///
  /// The files it was read from, while they still say the same; otherwise the model is packed anew.
  /// Then changed tensors stand in `raw_data`, all others in the form they had, and those in data files
  /// stay there.
  /// - Parameters:
  ///   - model: the model.
  ///   - dataFileName: the data file to use when the model file would get too large.
  ///   - largestFile: how large that is.
  /// - Returns: the model file first, then its data files.
  /// - Throws: `ONNXError` when the model contradicts itself.
  public func document(
    for model: Model, dataFileName: ByteString = "model.onnx.data",
    largestFile: Int = ONNXModelFormat.largestFile
  ) throws -> SourceDocument {
    if let document = model.document, document.formatName == Self.name,
      try tiesHold(document, model)
    {
      return document
    }
    var writer = ModelWriter(model)
    return try writer.document(dataFileName: dataFileName, largestFile: largestFile)
  }

  /// True while tensors that share a hole of a data file have the same contents.
  ///
  /// Only one of them fills the hole. When the others are changed the model drops its document; when
  /// that one is changed, they would change with it.
  private func tiesHold(_ document: SourceDocument, _ model: Model) throws -> Bool {
    let holes = document.files.dropFirst().flatMap(\.holes).map(\.tensor)
    guard holes.contains(where: { !model[$0].isOriginal }) else { return true }
    let files = try StoredFiles(document.files.dropFirst()) { _ in MemorySource([]) }
    let filling = Set(holes)
    let writer = ModelWriter(model)
    for id in model.tensorIDs where !filling.contains(id) && !model[id].annotation.isEmpty {
      let proto = try writer.message(model[id].annotation, onnx__tensor_proto__init)
      guard let path = proto.externalPath else { continue }
      let place = try ExternalReference(
        proto.externalEntries, byteCount: model[id].contents.byteCount)
      guard let owner = files.tensor(at: path, place.range) else { continue }
      guard model[owner].isOriginal else { return false }
    }
    return true
  }
}
